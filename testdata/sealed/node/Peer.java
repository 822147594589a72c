import java.net.*;import java.net.http.*;import java.nio.ByteBuffer;import java.security.cert.X509Certificate;import javax.net.ssl.*;
public class Peer{public static void main(String[] a)throws Exception{System.setProperty("jdk.internal.httpclient.disableHostnameVerification","true");
TrustManager[] t={new X509TrustManager(){public void checkClientTrusted(X509Certificate[] c,String s){}public void checkServerTrusted(X509Certificate[] c,String s){}public X509Certificate[] getAcceptedIssuers(){return new X509Certificate[0];}}};
SSLContext c=SSLContext.getInstance("TLS");c.init(null,t,null);HttpClient h=HttpClient.newBuilder().sslContext(c).build();
WebSocket w=h.newWebSocketBuilder().buildAsync(URI.create(a[0]),new WebSocket.Listener(){}).join();
int[] z={5,20,60,125,126,300,1000,4000,5000,17000,40000,3,0,80,80,80};for(int n:z){w.sendText("m".repeat(n),true).join();w.request(50);Thread.sleep(25);}
w.sendText("burst 12",true).join();Thread.sleep(150);for(int i=0;i<10;i++)w.sendText("q".repeat(30+i),true).join();Thread.sleep(300);w.sendBinary(ByteBuffer.allocate(700),true).join();Thread.sleep(200);w.sendClose(1000,"bye").join();Thread.sleep(300);System.exit(0);}}

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	mrand "math/rand/v2"
	"net"
	"net/smtp"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	paho "github.com/eclipse/paho.mqtt.golang"
	imapbackend "github.com/emersion/go-imap/backend/memory"
	imapclient "github.com/emersion/go-imap/client"
	imapserver "github.com/emersion/go-imap/server"
	gosmtp "github.com/emersion/go-smtp"
	"github.com/go-ldap/ldap/v3"
	"github.com/jimlambrt/gldap"
	"github.com/miekg/dns"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/ssh"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

var quiet = log.New(io.Discard, "", 0)

func host(addr string) string { return addr }

func grpcServe(l net.Listener) {
	s := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(s, health.NewServer())
	s.Serve(h2Conns{l})
}

// h2Conns shakes hands before grpc sees a connection, which it takes for one without TLS.
type h2Conns struct{ net.Listener }

func (h h2Conns) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	if err == nil {
		c.(*tls.Conn).Handshake()
	}
	return c, err
}

func grpcTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	cc, err := grpc.NewClient(addr, grpc.WithTransportCredentials(credentials.NewTLS(c)))
	if err != nil {
		return err
	}
	defer cc.Close()
	h := grpc_health_v1.NewHealthClient(cc)
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	for range 3 + r.IntN(10) {
		if _, err := h.Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
			return err
		}
		pause(r, 150)
	}
	w, err := h.Watch(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err == nil {
		_, err = w.Recv()
	}
	return err
}

func sshServe(l net.Listener) {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	signer, _ := ssh.NewSignerFromKey(key)
	cfg := &ssh.ServerConfig{NoClientAuth: true}
	cfg.AddHostKey(signer)
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			_, channels, requests, err := ssh.NewServerConn(c, cfg)
			if err != nil {
				return
			}
			go ssh.DiscardRequests(requests)
			for n := range channels {
				ch, rq, _ := n.Accept()
				go func() {
					for q := range rq {
						q.Reply(true, nil)
					}
				}()
				go io.Copy(ch, ch) // echoes what is typed
			}
		}()
	}
}

func sshTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	conn, err := tls.Dial("tcp", addr, c)
	if err != nil {
		return err
	}
	sc, ch, rq, err := ssh.NewClientConn(conn, addr, &ssh.ClientConfig{User: "me", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		return err
	}
	client := ssh.NewClient(sc, ch, rq)
	defer client.Close()
	s, err := client.NewSession()
	if err != nil {
		return err
	}
	in, _ := s.StdinPipe()
	out, _ := s.StdoutPipe()
	go io.Copy(io.Discard, out)
	if err := s.Shell(); err != nil {
		return err
	}
	for range 10 + r.IntN(30) {
		in.Write([]byte("x"))
		pause(r, 60)
	}
	return nil
}

type mailbox struct{}

func (mailbox) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return mailbox{}, nil }
func (mailbox) Mail(string, *gosmtp.MailOptions) error          { return nil }
func (mailbox) Rcpt(string, *gosmtp.RcptOptions) error          { return nil }
func (mailbox) Data(r io.Reader) error                          { _, err := io.Copy(io.Discard, r); return err }
func (mailbox) Reset()                                          {}
func (mailbox) Logout() error                                   { return nil }

func smtpServe(l net.Listener) {
	s := gosmtp.NewServer(mailbox{})
	s.Domain, s.ErrorLog = "localhost", quiet
	s.Serve(l)
}

func smtpTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	conn, err := tls.Dial("tcp", addr, c)
	if err != nil {
		return err
	}
	m, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		return err
	}
	defer m.Close()
	for range 1 + r.IntN(4) {
		if err := m.Mail("a@example.com"); err != nil {
			return err
		}
		m.Rcpt("b@example.com")
		w, err := m.Data()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "Subject: x\r\n\r\n%s", strings.Repeat("line of text\r\n", r.IntN(200)))
		w.Close()
		pause(r, 100)
	}
	return m.Quit()
}

func imapServe(l net.Listener) {
	s := imapserver.New(imapbackend.New())
	s.AllowInsecureAuth, s.ErrorLog = true, quiet
	s.Serve(l)
}

func imapTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	m, err := imapclient.DialTLS(addr, c)
	if err != nil {
		return err
	}
	defer m.Logout()
	if err := m.Login("username", "password"); err != nil {
		return err
	}
	for range 2 + r.IntN(8) {
		if _, err := m.Select("INBOX", r.IntN(2) == 0); err != nil {
			return err
		}
		pause(r, 100)
		m.Noop()
	}
	return nil
}

func mqttServe(l net.Listener) {
	s := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	s.AddHook(new(auth.AllowHook), nil)
	s.AddListener(listeners.NewNet("x", l))
	s.Serve()
}

func mqttTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	o := paho.NewClientOptions().AddBroker("ssl://" + addr).SetTLSConfig(c).SetKeepAlive(time.Second).SetAutoReconnect(false).
		SetClientID("client-" + strings.Repeat("x", r.IntN(80)))
	if r.IntN(2) == 0 {
		o.SetUsername("user").SetPassword(strings.Repeat("p", 10+r.IntN(120)))
	}
	m := paho.NewClient(o)
	if t := m.Connect(); t.WaitTimeout(3*time.Second) && t.Error() != nil {
		return t.Error()
	}
	defer m.Disconnect(10)
	m.Subscribe("room/#", 1, func(paho.Client, paho.Message) {}).WaitTimeout(time.Second)
	for range 5 + r.IntN(20) {
		m.Publish("room/a", byte(r.IntN(2)), false, strings.Repeat("m", r.IntN(150))).WaitTimeout(time.Second)
		pause(r, 150)
	}
	return nil
}

func redisServe(l net.Listener) {
	s, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		return
	}
	s.Register("SET", func(p *server.Peer, _ string, a []string) { p.WriteOK() })
	s.Register("GET", func(p *server.Peer, _ string, a []string) { p.WriteBulk(strings.Repeat("v", len(a[0])*3)) })
	s.Register("PING", func(p *server.Peer, _ string, a []string) { p.WriteInline("PONG") })
	s.Register("HELLO", func(p *server.Peer, _ string, a []string) { p.WriteError("ERR unknown command") })
	s.Register("CLIENT", func(p *server.Peer, _ string, a []string) { p.WriteOK() })
	relay(l, s.Addr().String())
	s.Close()
}

// relay takes TLS off and passes the bytes on, as stunnel does.
func relay(l net.Listener, to string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			d, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			go func() { io.Copy(d, c); d.Close() }()
			io.Copy(c, d)
			c.Close()
		}()
	}
}

func redisTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	k := redis.NewClient(&redis.Options{Addr: addr, TLSConfig: c, PoolSize: 1})
	defer k.Close()
	ctx := context.Background()
	for range 4 + r.IntN(20) {
		key := strings.Repeat("k", 4+r.IntN(30))
		if err := k.Set(ctx, key, strings.Repeat("v", r.IntN(300)), 0).Err(); err != nil {
			return err
		}
		k.Get(ctx, key)
		pause(r, 80)
	}
	return nil
}

func dnsServe(l net.Listener) {
	s := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg)
		a.SetReply(q)
		for i := range 1 + len(q.Question[0].Name)%4 {
			a.Answer = append(a.Answer, &dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.IPv4(10, 0, 0, byte(i))})
		}
		w.WriteMsg(a)
	})}
	s.ActivateAndServe()
}

func dnsTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	conn, err := dns.DialWithTLS("tcp-tls", addr, c)
	if err != nil {
		return err
	}
	defer conn.Close()
	for range 3 + r.IntN(15) {
		q := new(dns.Msg)
		q.SetQuestion(strings.Repeat("a", 1+r.IntN(40))+".example.", dns.TypeA)
		if err := conn.WriteMsg(q); err != nil {
			return err
		}
		if _, err := conn.ReadMsg(); err != nil {
			return err
		}
		pause(r, 100)
	}
	return nil
}

func natsServe(l net.Listener) {
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true, PingInterval: 700 * time.Millisecond})
	if err != nil {
		return
	}
	s.Start()
	if s.ReadyForConnections(3 * time.Second) {
		relay(l, s.Addr().String())
	}
	s.Shutdown()
}

type tlsDialer struct{ c *tls.Config }

func (d tlsDialer) Dial(network, address string) (net.Conn, error) {
	return tls.Dial(network, address, d.c)
}

func natsTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	time.Sleep(200 * time.Millisecond)
	n, err := nats.Connect("nats://"+addr, nats.SetCustomDialer(tlsDialer{c}), nats.PingInterval(500*time.Millisecond), nats.NoReconnect())
	if err != nil {
		return err
	}
	defer n.Close()
	n.Subscribe("room", func(m *nats.Msg) {
		if m.Reply != "" {
			m.Respond([]byte("ok"))
		}
	})
	for range 5 + r.IntN(20) {
		n.Publish("room", make([]byte, r.IntN(200)))
		n.Flush()
		pause(r, 120)
	}
	return nil
}

func ldapServe(l net.Listener) {
	s, err := gldap.NewServer()
	if err != nil {
		return
	}
	mux, _ := gldap.NewMux()
	mux.Bind(func(w *gldap.ResponseWriter, q *gldap.Request) {
		a := q.NewBindResponse(gldap.WithResponseCode(gldap.ResultSuccess))
		w.Write(a)
	})
	mux.Search(func(w *gldap.ResponseWriter, q *gldap.Request) {
		for i := range 3 {
			w.Write(q.NewSearchResponseEntry(fmt.Sprintf("uid=%d,ou=people,dc=example,dc=org", i), gldap.WithAttributes(map[string][]string{"mail": {"a@example.org"}, "cn": {"somebody"}})))
		}
		w.Write(q.NewSearchDoneResponse(gldap.WithResponseCode(gldap.ResultSuccess)))
	})
	s.Router(mux)
	free, _ := net.Listen("tcp", "127.0.0.1:0")
	to := free.Addr().String()
	free.Close()
	go s.Run(to)
	time.Sleep(50 * time.Millisecond)
	relay(l, to)
	s.Stop()
}

func ldapTalk(r *mrand.Rand, addr string, c *tls.Config) error {
	time.Sleep(150 * time.Millisecond)
	conn, err := ldap.DialURL("ldaps://"+addr, ldap.DialWithTLSConfig(c))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Bind("cn=admin,dc=example,dc=org", "secret"); err != nil {
		return err
	}
	for range 3 + r.IntN(10) {
		q := ldap.NewSearchRequest("ou=people,dc=example,dc=org", ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
			"(uid="+strings.Repeat("u", 1+r.IntN(30))+")", []string{"cn", "mail"}, nil)
		if _, err := conn.Search(q); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		pause(r, 100)
	}
	return nil
}

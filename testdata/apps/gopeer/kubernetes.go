package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/httpstream/wsstream"
	utilproxy "k8s.io/apimachinery/pkg/util/proxy"
	"k8s.io/apiserver/pkg/util/proxy"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
	kubelet "k8s.io/kubelet/pkg/cri/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

// serve serves on a port and says that it is ready.
func serve(port string, h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return http.Serve(l, h)
}

// failing answers requests that the kubelet did not.
type failing struct{}

func (failing) Error(w http.ResponseWriter, _ *http.Request, err error) {
	http.Error(w, err.Error(), http.StatusBadGateway)
}

// pod is what runs in the cluster: a command that answers its input until that says exit, and ports.
type pod struct{}

func (pod) ExecInContainer(_ context.Context, _ string, _ types.UID, _ string, _ []string, in io.Reader, out, errs io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize, _ time.Duration) error {
	buf := make([]byte, 1024)
	for {
		n, err := in.Read(buf)
		if err != nil {
			return nil
		}
		fmt.Fprintf(out, "out: %s", buf[:n])
		if strings.HasPrefix(string(buf[:n]), "exit") {
			fmt.Fprint(errs, "a warning\n")
			time.Sleep(50 * time.Millisecond)
			return utilexec.CodeExitError{Err: fmt.Errorf("exit 3"), Code: 3}
		}
	}
}

func (pod) PortForward(_ context.Context, _ string, _ types.UID, port int32, stream io.ReadWriteCloser) error {
	if port == 9 {
		return fmt.Errorf("connection refused")
	}
	buf := make([]byte, 1024)
	for {
		if _, err := stream.Read(buf); err != nil {
			return nil
		}
		if _, err := io.WriteString(stream, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi\n"); err != nil {
			return nil
		}
	}
}

// kubernetesServer is an API server in front of a kubelet: what comes as v5 is translated for the kubelet, which
// port-forward's SPDY is tunnelled to.
func kubernetesServer(port string) error {
	const long = time.Minute
	node := http.NewServeMux()
	node.HandleFunc("/exec", func(w http.ResponseWriter, r *http.Request) {
		opts, err := kubelet.NewOptions(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		kubelet.ServeExec(w, r, pod{}, "web", "uid", "main", r.URL.Query()["command"], opts, long, long, []string{"v4.channel.k8s.io", "v3.channel.k8s.io"})
	})
	node.HandleFunc("/portforward", func(w http.ResponseWriter, r *http.Request) {
		opts, err := portforward.NewV4Options(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		portforward.ServePortForward(w, r, pod{}, "web", "uid", opts, long, long, portforward.SupportedProtocols)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(l, node)
	api := http.NewServeMux()
	api.HandleFunc("/api/v1/namespaces/default/pods/web/{what}", func(w http.ResponseWriter, r *http.Request) {
		location := &url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/" + r.PathValue("what"), RawQuery: r.URL.RawQuery}
		switch {
		case wsstream.IsWebSocketRequestWithStreamCloseProtocol(r):
			q := r.URL.Query()
			opts := proxy.Options{Stdin: q.Has("stdin"), Stdout: q.Has("stdout"), Stderr: q.Has("stderr"), Tty: q.Get("tty") == "true"}
			kq := url.Values{"command": q["command"], "input": {"1"}, "output": {"1"}, "error": {"1"}}
			location.RawQuery = kq.Encode()
			proxy.NewStreamTranslatorHandler(location, http.DefaultTransport, 0, opts).ServeHTTP(w, r)
		case wsstream.IsWebSocketRequestWithTunnelingProtocol(r):
			upgrade := utilproxy.NewUpgradeAwareHandler(location, http.DefaultTransport, false, true, failing{})
			proxy.NewTunnelingHandler(upgrade).ServeHTTP(w, r)
		default:
			http.Error(w, "no protocol that the API server translates", http.StatusBadRequest)
		}
	})
	return serve(port, api)
}

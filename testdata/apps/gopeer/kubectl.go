package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
)

// hearer journals what comes on a channel.
type hearer struct {
	j    *journal
	name string
}

func (h hearer) Write(b []byte) (int, error) {
	h.j.heard(h.name, "")
	return len(b), nil
}

// execClient is what kubectl exec does, by v5.channel.k8s.io.
func execClient(at string, j *journal) error {
	u, err := url.Parse(at + "/api/v1/namespaces/default/pods/web/exec?command=sh&stdin=true&stdout=true&stderr=true")
	if err != nil {
		return err
	}
	executor, err := remotecommand.NewWebSocketExecutor(&rest.Config{Host: at}, "GET", u.String())
	if err != nil {
		return err
	}
	in, type_ := io.Pipe()
	go func() {
		for _, line := range []string{"ls\n", "pwd\n", "exit 3\n"} {
			j.said("stdin", "")
			type_.Write([]byte(line))
			time.Sleep(80 * time.Millisecond)
		}
		type_.Close()
	}()
	err = executor.StreamWithContext(context.Background(), remotecommand.StreamOptions{Stdin: in, Stdout: hearer{j: j, name: "stdout"}, Stderr: hearer{j: j, name: "stderr"}})
	fmt.Fprintln(os.Stderr, "exec ended:", err)
	j.heard("error", "")
	time.Sleep(100 * time.Millisecond)
	return nil
}

// forwardClient is what kubectl port-forward does: SPDY within a WebSocket, two streams for each connection.
func forwardClient(at string, j *journal) error {
	u, err := url.Parse(at + "/api/v1/namespaces/default/pods/web/portforward")
	if err != nil {
		return err
	}
	dialer, err := portforward.NewSPDYOverWebsocketDialer(u, &rest.Config{Host: at})
	if err != nil {
		return err
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	f, err := portforward.New(dialer, []string{"0:8080", "0:9"}, stop, ready, io.Discard, os.Stderr)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- f.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		return err
	}
	ports, err := f.GetPorts()
	if err != nil {
		return err
	}
	for range 3 {
		if err := get(ports[0].Local, 2, j); err != nil {
			return err
		}
	}
	get(ports[1].Local, 1, j) // which is refused
	time.Sleep(200 * time.Millisecond)
	close(stop)
	<-ended
	time.Sleep(100 * time.Millisecond)
	return nil
}

// get opens a connection to a forwarded port, and asks n times.
func get(port uint16, n int, j *journal) error {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	defer c.Close()
	for range 2 { // for errors and for data
		j.said("SYN_STREAM", "")
	}
	buf := make([]byte, 1024)
	for range n {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nhost: x\r\n\r\n"); err != nil {
			return err
		}
		if _, err := c.Read(buf); err != nil {
			return err
		}
	}
	return nil
}

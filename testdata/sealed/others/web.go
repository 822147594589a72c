package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// protocols are the ALPN names of a kind.
var protocols = map[string][]string{
	"keepalive": {"http/1.1"}, "download": {"http/1.1"}, "upload": {"http/1.1"}, "sse": {"http/1.1"}, "longpoll": {"http/1.1"}, "video": {"http/1.1"}, "api": {"http/1.1"},
	"http2": {"h2", "http/1.1"}, "grpc": {"h2"}, "mqtt": {"mqtt"}, "dns": {"dot"},
}

var kinds = []kind{
	{"keepalive", web, keepalive}, {"api", web, api}, {"download", web, download}, {"upload", web, upload}, {"sse", web, sse},
	{"longpoll", web, longpoll}, {"video", web, video}, {"http2", web, keepalive},
	{"grpc", grpcServe, grpcTalk}, {"ssh", sshServe, sshTalk}, {"smtp", smtpServe, smtpTalk}, {"imap", imapServe, imapTalk},
	{"mqtt", mqttServe, mqttTalk}, {"redis", redisServe, redisTalk}, {"dns", dnsServe, dnsTalk}, {"nats", natsServe, natsTalk},
	{"ldap", ldapServe, ldapTalk},
}

// web is net/http's server with pages of many sizes.
func web(l net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("/page", func(w http.ResponseWriter, q *http.Request) {
		n, _ := strconv.Atoi(q.FormValue("n"))
		io.Copy(io.Discard, q.Body)
		w.Write(make([]byte, n))
	})
	mux.HandleFunc("/wait", func(w http.ResponseWriter, q *http.Request) {
		n, _ := strconv.Atoi(q.FormValue("n"))
		time.Sleep(time.Duration(n) * time.Millisecond)
		if n%3 == 0 {
			w.WriteHeader(204)
			return
		}
		fmt.Fprintf(w, `{"events":[%d]}`, n)
	})
	mux.HandleFunc("/events", func(w http.ResponseWriter, q *http.Request) {
		n, _ := strconv.Atoi(q.FormValue("n"))
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range n {
			fmt.Fprintf(w, "id: %d\ndata: {\"value\": %d}\n\n", i, i*i)
			w.(http.Flusher).Flush()
			time.Sleep(time.Duration(40+i%7*30) * time.Millisecond)
		}
	})
	mux.HandleFunc("/video/", func(w http.ResponseWriter, q *http.Request) {
		if n, _ := strconv.Atoi(q.FormValue("n")); n > 0 {
			w.Write(make([]byte, n))
			return
		}
		fmt.Fprint(w, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsegment1.ts\n")
	})
	s := &http.Server{Handler: mux, ErrorLog: quiet}
	s.Serve(l)
}

// browser is a client with one connection.
func browser(c *tls.Config) (*http.Client, func()) {
	t := &http.Transport{TLSClientConfig: c, MaxConnsPerHost: 1, ForceAttemptHTTP2: len(c.NextProtos) > 0 && c.NextProtos[0] == "h2"}
	return &http.Client{Transport: t}, t.CloseIdleConnections
}

func get(h *http.Client, r *mrand.Rand, url string, body []byte) error {
	method := "GET"
	if body != nil {
		method = "POST"
	}
	q, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if r.IntN(2) == 0 {
		q.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
		q.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	}
	a, err := h.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	return err
}

func keepalive(r *mrand.Rand, addr string, c *tls.Config) error {
	h, done := browser(c)
	defer done()
	for range 2 + r.IntN(12) {
		if err := get(h, r, fmt.Sprintf("https://%s/page?n=%d", addr, r.IntN(1<<(4+r.IntN(10)))), nil); err != nil {
			return err
		}
		pause(r, 150)
	}
	return nil
}

// api posts short documents, head and body in one write or in two.
func api(r *mrand.Rand, addr string, c *tls.Config) error {
	if r.IntN(2) == 0 {
		h, done := browser(c)
		defer done()
		for range 3 + r.IntN(12) {
			if err := get(h, r, fmt.Sprintf("https://%s/page?n=%d", addr, r.IntN(100)), make([]byte, 2+r.IntN(60))); err != nil {
				return err
			}
			pause(r, 150)
		}
		return nil
	}
	conn, err := tls.Dial("tcp", addr, c)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for range 3 + r.IntN(12) {
		body := make([]byte, 2+r.IntN(60))
		fmt.Fprintf(conn, "POST /page?n=%d HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer 0123456789abcdef0123456789abcdef\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", r.IntN(100), addr, len(body))
		conn.Write(body)
		a, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		io.Copy(io.Discard, a.Body)
		pause(r, 150)
	}
	return nil
}

func download(r *mrand.Rand, addr string, c *tls.Config) error {
	h, done := browser(c)
	defer done()
	return get(h, r, fmt.Sprintf("https://%s/page?n=%d", addr, 20000+r.IntN(60000)), nil)
}

// trickle is a body that comes in small pieces.
type trickle struct {
	r    *mrand.Rand
	left int
}

func (t *trickle) Read(b []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	t.left--
	pause(t.r, 40)
	return min(len(b), 5+t.r.IntN(200)), nil
}

func upload(r *mrand.Rand, addr string, c *tls.Config) error {
	h, done := browser(c)
	defer done()
	if r.IntN(2) == 0 {
		return get(h, r, "https://"+addr+"/page?n=20", make([]byte, 10000+r.IntN(50000)))
	}
	a, err := h.Post("https://"+addr+"/page?n=20", "application/octet-stream", &trickle{r, 4 + r.IntN(20)})
	if err != nil {
		return err
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	return err
}

func sse(r *mrand.Rand, addr string, c *tls.Config) error {
	h, done := browser(c)
	defer done()
	return get(h, r, fmt.Sprintf("https://%s/events?n=%d", addr, 4+r.IntN(20)), nil)
}

func longpoll(r *mrand.Rand, addr string, c *tls.Config) error {
	h, done := browser(c)
	defer done()
	for range 3 + r.IntN(6) {
		if err := get(h, r, fmt.Sprintf("https://%s/wait?n=%d", addr, 50+r.IntN(300)), nil); err != nil {
			return err
		}
	}
	return nil
}

// video asks for a list again and again, and for the segments that it names.
func video(r *mrand.Rand, addr string, c *tls.Config) error {
	h, done := browser(c)
	defer done()
	for i := range 3 + r.IntN(4) {
		if err := get(h, r, "https://"+addr+"/video/list.m3u8", nil); err != nil {
			return err
		}
		if err := get(h, r, fmt.Sprintf("https://%s/video/segment%d.ts?n=%d", addr, i, 4000+r.IntN(8000)), nil); err != nil {
			return err
		}
		pause(r, 200)
	}
	return nil
}

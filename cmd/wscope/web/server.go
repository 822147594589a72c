package web

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Server is the web server of a Page.
type Server struct {
	listener net.Listener
	server   *http.Server
	token    string
}

// Listen listens on an address of the loopback, by default 127.0.0.1 and a port that is free. It is called before
// privileges are dropped.
func Listen(addr string) (*Server, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("--web: %w", err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if !isLoopback(host) {
		return nil, errors.New("--web serves this machine alone: give a loopback address such as 127.0.0.1:8080, and reach it from elsewhere by ssh -L")
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("--web: %w", err)
	}
	return &Server{listener: &limited{l, make(chan struct{}, maxConnections)}, token: rand.Text()}, nil
}

// isLoopback reports whether a host is this machine's own. A name is not looked up, but for the one that is always its.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// URL is where the page is.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + "/" + s.token + "/" }

// Serve answers for a page until Close.
func (s *Server) Serve(p *Page) {
	s.server = &http.Server{Handler: s.guard(p), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	go s.server.Serve(s.listener)
}

// Close ends the server.
func (s *Server) Close() {
	if s.server != nil {
		s.server.Close()
	}
	s.listener.Close()
}

// guard lets only this page's own requests through, and takes the token off their paths.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		_, rest, _ := strings.Cut(r.URL.Path, "/")
		token, rest, _ := strings.Cut(rest, "/")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "there is nothing to change", http.StatusMethodNotAllowed)
		case !s.isOwnHost(r.Host):
			http.Error(w, "not a name of this server", http.StatusForbidden)
		case !isOwnOrigin(r, rest == ""):
			http.Error(w, "asked for by another page", http.StatusForbidden)
		case subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1:
			http.Error(w, "not found: the address that wscope printed has a token in it", http.StatusNotFound)
		default:
			r.URL = &url.URL{Path: "/" + rest, RawQuery: r.URL.RawQuery}
			next.ServeHTTP(w, r)
		}
	})
}

// isOwnHost reports whether a Host names this server by a loopback address or localhost: a name that somebody has made point
// here is none of its own.
func (s *Server) isOwnHost(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	_, own, _ := net.SplitHostPort(s.listener.Addr().String())
	return port == own && isLoopback(name)
}

// isOwnOrigin reports whether a request is from the page itself. Only the page may be gone to from elsewhere.
func isOwnOrigin(r *http.Request, page bool) bool {
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return page && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// maxConnections is how many connections are served at once; others wait.
const maxConnections = 64

// limited is a listener whose connections are limited in number.
type limited struct {
	net.Listener
	places chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	l.places <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &limitedConn{Conn: c, places: l.places}, nil
}

// limitedConn gives its place back when it is closed.
type limitedConn struct {
	net.Conn
	places chan struct{}
	closed atomic.Bool
}

func (c *limitedConn) Close() error {
	if !c.closed.Swap(true) {
		<-c.places
	}
	return c.Conn.Close()
}

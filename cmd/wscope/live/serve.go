package live

import (
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"wscope/analyzer/metrics"
)

// MetricsServer is a web server of /metrics for Prometheus, and /healthz, which is healthy while the analysis goes on.
type MetricsServer struct {
	listener net.Listener
	server   *http.Server
	alive    atomic.Int64 // when the analysis last came by, by the clock
}

// stalled is how long the analysis may not come by; without packets it does every 250 ms.
const stalled = 10 * time.Second

// ListenMetrics listens on an address; one without a host is on the loopback alone. It is
// called before privileges are dropped.
func ListenMetrics(addr string) (*MetricsServer, error) {
	if host, port, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	} else if host == "" {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	return &MetricsServer{listener: l}, nil
}

// serve answers until Close.
func (s *MetricsServer) serve(c *metrics.Collector) {
	s.beat()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", c)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if since := time.Since(time.Unix(0, s.alive.Load())); since > stalled {
			http.Error(w, fmt.Sprintf("the analysis has stood still for %d s", int(since.Seconds())), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	go s.server.Serve(s.listener)
}

// beat notes that the analysis goes on.
func (s *MetricsServer) beat() { s.alive.Store(time.Now().UnixNano()) }

// Close ends the server.
func (s *MetricsServer) Close() {
	if s.server != nil {
		s.server.Close()
	} else {
		s.listener.Close()
	}
}

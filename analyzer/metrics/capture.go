package metrics

import "github.com/prometheus/client_golang/prometheus"

// Capture is what became of the packets.
type Capture struct {
	Interfaces []Interface
	Analysed   int64 // packets
	Shed       int64 // packets of connections that were refused or given up
	Refused    int64 // connections
	LetGo      int64 // connections, because memory was short
	Queued     int64 // batches waiting
	Queue      int64 // that may wait
}

// Interface is the kernel's counts of one interface.
type Interface struct {
	Name                         string
	Received, Dropped, IfDropped int64
}

// captureCollector asks for the counts when they are scraped.
type captureCollector func() Capture

var (
	received  = prometheus.NewDesc("wscope_capture_packets_total", "Packets that the kernel gave.", []string{"interface"}, nil)
	dropped   = prometheus.NewDesc("wscope_capture_dropped_total", "Packets that the kernel dropped: its buffer was full.", []string{"interface"}, nil)
	ifDropped = prometheus.NewDesc("wscope_capture_interface_dropped_total", "Packets that the interface dropped.", []string{"interface"}, nil)
	analysed  = prometheus.NewDesc("wscope_packets_total", "Packets analysed.", nil, nil)
	shed      = prometheus.NewDesc("wscope_shed_packets_total", "Packets of connections that were refused or given up under load.", nil, nil)
	refused   = prometheus.NewDesc("wscope_refused_connections_total", "TCP connections refused under load.", nil, nil)
	letGo     = prometheus.NewDesc("wscope_let_go_connections_total", "TCP connections let go because memory was short.", nil, nil)
	queued    = prometheus.NewDesc("wscope_queue_batches", "Batches of packets that wait for the analysis.", nil, nil)
	queue     = prometheus.NewDesc("wscope_queue_batches_limit", "Batches of packets that may wait.", nil, nil)
)

func (captureCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{received, dropped, ifDropped, analysed, shed, refused, letGo, queued, queue} {
		ch <- d
	}
}

func (ask captureCollector) Collect(ch chan<- prometheus.Metric) {
	c := ask()
	put := func(d *prometheus.Desc, kind prometheus.ValueType, n int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, float64(n), labels...)
	}
	for _, i := range c.Interfaces {
		put(received, prometheus.CounterValue, i.Received, i.Name)
		put(dropped, prometheus.CounterValue, i.Dropped, i.Name)
		put(ifDropped, prometheus.CounterValue, i.IfDropped, i.Name)
	}
	put(analysed, prometheus.CounterValue, c.Analysed)
	put(shed, prometheus.CounterValue, c.Shed)
	put(refused, prometheus.CounterValue, c.Refused)
	put(letGo, prometheus.CounterValue, c.LetGo)
	put(queued, prometheus.GaugeValue, c.Queued)
	put(queue, prometheus.GaugeValue, c.Queue)
}

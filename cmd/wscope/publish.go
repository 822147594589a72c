package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/pflag"

	"wscope/analyzer"
	"wscope/analyzer/fleet"
	"wscope/analyzer/fleet/kafka"
	"wscope/analyzer/fleet/otlp"
	"wscope/analyzer/metrics"
	"wscope/analyzer/record"
	"wscope/cmd/wscope/live"
)

// brokers is the flags that say how brokers are reached, as NATS's own tools have them;
// user and password, or a token, stand in the URL.
type brokers struct {
	stream                    string
	replicas                  int
	creds, nkey, ca, crt, key string
}

func (b *brokers) flags(f *pflag.FlagSet) {
	f.StringVar(&b.stream, "stream", "WSCOPE", "`NAME` of the JetStream stream")
	f.IntVar(&b.replicas, "replicas", 1, "brokers that keep the stream, where it is made")
	f.StringVar(&b.creds, "creds", "", "NATS credentials `FILE`")
	f.StringVar(&b.nkey, "nkey", "", "NATS nkey seed `FILE`")
	f.StringVar(&b.ca, "tlsca", "", "`FILE` of the certificate authorities that brokers are held to")
	f.StringVar(&b.crt, "tlscert", "", "`FILE` of this side's certificate")
	f.StringVar(&b.key, "tlskey", "", "`FILE` of its key")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "tls-ca", "tls-cert", "tls-key":
			name = strings.Replace(name, "-", "", 1)
		}
		return pflag.NormalizedName(name)
	})
}

func (b *brokers) options() ([]nats.Option, error) {
	var list []nats.Option
	if b.creds != "" {
		list = append(list, nats.UserCredentials(b.creds))
	}
	if b.nkey != "" {
		o, err := nats.NkeyOptionFromSeed(b.nkey)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	if b.ca != "" {
		list = append(list, nats.RootCAs(b.ca))
	}
	if (b.crt == "") != (b.key == "") {
		return nil, errors.New("--tlscert and --tlskey go together")
	}
	if b.crt != "" {
		list = append(list, nats.ClientCert(b.crt, b.key))
	}
	return list, nil
}

// tls is the same for those who speak TLS by the standard library; nil where no flag is about it. The
// certificate of this side is read anew for each connection.
func (b *brokers) tls() (*tls.Config, error) {
	if (b.crt == "") != (b.key == "") {
		return nil, errors.New("--tlscert and --tlskey go together")
	}
	if b.ca == "" && b.crt == "" {
		return nil, nil
	}
	config := new(tls.Config)
	if b.ca != "" {
		text, err := os.ReadFile(b.ca)
		if err != nil {
			return nil, err
		}
		if config.RootCAs = x509.NewCertPool(); !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificate", b.ca)
		}
	}
	if crt, key := b.crt, b.key; crt != "" {
		if _, err := tls.LoadX509KeyPair(crt, key); err != nil {
			return nil, err
		}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(crt, key)
			return &pair, err
		}
	}
	return config, nil
}

// publish is the flags of live that send records to a fleet's brokers.
type publish struct {
	brokers
	to     string
	sensor string
	spool  string
	limit  size
	offset time.Duration
}

func (p *publish) flags(f *pflag.FlagSet) {
	name, _ := os.Hostname()
	name, _, _ = strings.Cut(name, ".")
	p.limit = 1 << 30
	f.StringVar(&p.to, "to", "", "send flows and findings (and with --messages messages) to `URL`: JetStream at nats://[user:password@]host:4222 or tls://…, "+
		"several with commas, a topic of Kafka at kafka://host:9092/topic or kafkas://…, or OpenTelemetry at otlp://host:4318 or otlps://…")
	f.StringVar(&p.sensor, "sensor", name, "`NAME` of this sensor in the fleet")
	f.StringVar(&p.spool, "spool", "", "`FOLDER` for what is not sent yet, synced to disk every half second (default: wscope-NAME in the user's cache folder)")
	f.Var(&p.limit, "spool-limit", "`SIZE` of it at most; what comes beyond is dropped and told")
	f.DurationVar(&p.offset, "clock-offset", 0, "`TIME` to be added to this sensor's times, told with each record")
	p.brokers.flags(f)
}

// outbound is the way on which records go to a fleet.
type outbound struct {
	sink    analyzer.Sink           // that the records are given to
	state   func() metrics.Outbound // nil where records go nowhere
	metrics bool                    // metrics go there too
	close   func() bool             // ends it, and reports whether no record was dropped
}

// publisher puts a fleet's publisher before next, where --to asks for one. What opt renders is rendered for it too.
func (l *liveCommand) publisher(opt *analyzer.Options, next *live.Stats) (outbound, error) {
	p := &l.publish
	if p.to == "" {
		return outbound{sink: next, close: func() bool { return true }}, nil
	}
	open, isOTLP, err := p.opener(strings.Join(l.interfaces, ","))
	if err != nil {
		return outbound{}, err
	}
	if p.spool == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return outbound{}, errors.New("--to needs --spool: " + err.Error())
		}
		p.spool = filepath.Join(cache, "wscope-"+p.sensor)
	}
	options := fleet.PublisherOptions{
		Origin: fleet.Origin{Sensor: p.sensor, Interface: strings.Join(l.interfaces, ","), ClockOffset: analyzer.Seconds(p.offset)},
		Spool:  p.spool, SpoolLimit: int64(p.limit),
		Messages: l.messages, MaxPayload: l.maxPayload, Tell: func(line string) { l.notice("%s", line) },
	}
	if isOTLP {
		start := record.Time(time.Now().UnixNano())
		options.Metrics = func() ([]byte, error) { return next.Snapshot(start) }
	}
	pub, err := fleet.NewPublisher(open, options, next)
	if err != nil {
		return outbound{}, err
	}
	if render := opt.Render; render != nil {
		opt.Render = func() analyzer.Renderer { return pub.Renderer(render()) }
	}
	return outbound{sink: pub, metrics: isOTLP, state: func() metrics.Outbound {
		s := pub.State()
		return metrics.Outbound{
			Connected: s.Connected, Failures: s.Failures, Batches: s.Sent, Bytes: s.SentBytes, Spooled: int64(s.Batches), SpooledBytes: s.Bytes,
			SpoolLimit: s.Limit, Dropped: s.Dropped, Refused: s.Refused,
		}
	}, close: func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := pub.Close(ctx); err != nil {
			l.notice("--to: %s", err)
		}
		dropped := pub.Dropped()
		for _, kind := range slices.Sorted(maps.Keys(dropped)) {
			l.notice("--to: %d %s were dropped", dropped[kind], kind)
		}
		return len(dropped) == 0
	}}, nil
}

// opener returns what opens the way that --to names.
func (p *publish) opener(iface string) (open fleet.Opener, isOTLP bool, err error) {
	scheme, _, _ := strings.Cut(p.to, "://")
	switch scheme {
	case "kafka", "kafkas":
		config, err := p.tls()
		return kafka.Open(p.to, config), false, err
	case "otlp", "otlps":
		config, err := p.tls()
		return otlp.Open(p.to, otlp.Options{Headers: os.Getenv("OTEL_EXPORTER_OTLP_HEADERS"), TLS: config, Version: version(), Interface: iface}), true, err
	}
	options, err := p.options()
	return fleet.NATS(p.to, fleet.NATSOptions{Stream: p.stream, Replicas: p.replicas, Client: options}), false, err
}

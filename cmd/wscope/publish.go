package main

import (
	"context"
	"errors"
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
	f.StringVar(&p.to, "to", "", "send flows and findings (and with --messages messages) to JetStream at `URL`, nats://[user:password@]host:4222 or tls://…, several with commas")
	f.StringVar(&p.sensor, "sensor", name, "`NAME` of this sensor in the fleet")
	f.StringVar(&p.spool, "spool", "", "`FOLDER` for what is not sent yet, synced to disk every half second (default: wscope-NAME in the user's cache folder)")
	f.Var(&p.limit, "spool-limit", "`SIZE` of it at most; what comes beyond is dropped and told")
	f.DurationVar(&p.offset, "clock-offset", 0, "`TIME` to be added to this sensor's times, told with each record")
	p.brokers.flags(f)
}

// publisher puts a fleet's publisher before next, where --to asks for one. sent ends it,
// and reports whether no record was dropped. What opt renders is rendered for it too.
func (l *liveCommand) publisher(opt *analyzer.Options, next analyzer.Sink) (sink analyzer.Sink, sent func() bool, err error) {
	p := &l.publish
	if p.to == "" {
		return next, func() bool { return true }, nil
	}
	if p.spool == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, nil, errors.New("--to needs --spool: " + err.Error())
		}
		p.spool = filepath.Join(cache, "wscope-"+p.sensor)
	}
	options, err := p.options()
	if err != nil {
		return nil, nil, err
	}
	pub, err := fleet.NewPublisher(p.to, fleet.PublisherOptions{
		Origin: fleet.Origin{Sensor: p.sensor, Interface: strings.Join(l.interfaces, ","), ClockOffset: analyzer.Seconds(p.offset)},
		Spool:  p.spool, SpoolLimit: int64(p.limit), Stream: p.stream, Replicas: p.replicas,
		Messages: l.messages, MaxPayload: l.maxPayload, NATS: options, Tell: func(line string) { l.notice("%s", line) },
	}, next)
	if err != nil {
		return nil, nil, err
	}
	if render := opt.Render; render != nil {
		opt.Render = func() analyzer.Renderer { return pub.Renderer(render()) }
	}
	return pub, func() bool {
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
	}, nil
}

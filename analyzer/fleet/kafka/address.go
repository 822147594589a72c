package kafka

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// address is what a URL says: kafka://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…]/TOPIC[?sasl=MECHANISM]; kafkas for TLS.
type address struct {
	brokers         []string
	topic           string
	user, password  string
	mechanism       string // plain, scram-sha-256 or scram-sha-512
	tls, identified bool
}

const port = "9092" // where a broker listens when none is named

// parse reads a URL.
func parse(text string) (a address, err error) {
	scheme, rest, _ := strings.Cut(text, "://")
	a.tls = scheme == "kafkas"
	if scheme != "kafka" && scheme != "kafkas" {
		return a, fmt.Errorf("a Kafka URL begins with kafka:// or kafkas://, not %q", scheme)
	}
	// The hosts are taken out first: net/url knows one only.
	authority, path, _ := strings.Cut(rest, "/")
	i := strings.LastIndexByte(authority, '@')
	u, err := url.Parse(scheme + "://" + authority[:i+1] + "x/" + path)
	if err != nil {
		return a, fmt.Errorf("the Kafka URL cannot be read: %w", hide(err))
	}
	for host := range strings.SplitSeq(authority[i+1:], ",") {
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		if strings.HasPrefix(host, ":") {
			return a, fmt.Errorf("the Kafka URL names no host")
		}
		a.brokers = append(a.brokers, host)
	}
	if a.topic = strings.Trim(u.Path, "/"); a.topic == "" || strings.Contains(a.topic, "/") {
		return a, fmt.Errorf("the Kafka URL needs a topic: kafka://HOST/TOPIC")
	}
	if u.User != nil {
		a.user, a.identified = u.User.Username(), true
		a.password, _ = u.User.Password()
	}
	a.mechanism = "plain"
	for name, values := range u.Query() {
		if name != "sasl" {
			return a, fmt.Errorf("the Kafka URL has %q; it can have sasl", name)
		}
		a.mechanism = strings.ToLower(values[0])
	}
	switch a.mechanism {
	case "plain", "scram-sha-256", "scram-sha-512":
	default:
		return a, fmt.Errorf("sasl=%s is none of plain, scram-sha-256, scram-sha-512", a.mechanism)
	}
	return a, nil
}

// hide takes the URL, which may have a password in it, out of an error.
func hide(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}

// options are those of the client.
func (a *address) options(config *tls.Config) []kgo.Opt {
	list := []kgo.Opt{kgo.SeedBrokers(a.brokers...), kgo.DefaultProduceTopic(a.topic)}
	if a.tls {
		if config == nil {
			config = new(tls.Config)
		}
		list = append(list, kgo.DialTLSConfig(config))
	}
	if !a.identified {
		return list
	}
	switch a.mechanism {
	case "scram-sha-256":
		return append(list, kgo.SASL(scram.Auth{User: a.user, Pass: a.password}.AsSha256Mechanism()))
	case "scram-sha-512":
		return append(list, kgo.SASL(scram.Auth{User: a.user, Pass: a.password}.AsSha512Mechanism()))
	}
	return append(list, kgo.SASL(plain.Auth{User: a.user, Pass: a.password}.AsMechanism()))
}

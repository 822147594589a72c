package otlp

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// address is where a receiver is, and what it is to be told to be let in.
type address struct {
	base           *url.URL // below which are v1/logs and v1/metrics
	user, password string
	header         http.Header
}

// parse reads otlp://[USER:PASSWORD@]HOST[:PORT][/PATH], otlps for TLS, and headers as
// OTEL_EXPORTER_OTLP_HEADERS has them: NAME=VALUE, several with commas, the value percent-encoded.
func parse(text, headers string) (a address, err error) {
	u, err := url.Parse(text)
	if err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err // without the URL, which may have a password in it
		}
		return a, fmt.Errorf("the OTLP URL cannot be read: %w", err)
	}
	switch u.Scheme {
	case "otlp":
		u.Scheme = "http"
	case "otlps":
		u.Scheme = "https"
	default:
		return a, fmt.Errorf("an OTLP URL begins with otlp:// or otlps://, not %q", u.Scheme)
	}
	if u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return a, errors.New("the OTLP URL must be otlp://HOST[:PORT][/PATH]")
	}
	if u.Port() == "" {
		u.Host += ":4318"
	}
	a.user = u.User.Username()
	a.password, _ = u.User.Password()
	u.User = nil
	a.base, a.header = u, http.Header{}
	for pair := range strings.SplitSeq(headers, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if pair == "" {
			continue
		}
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil || strings.ContainsAny(name+value, "\r\n\x00") {
			return a, errors.New("OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE, several with commas")
		}
		a.header.Set(name, value)
	}
	return a, nil
}

// to is the URL of a signal, logs or metrics.
func (a *address) to(signal string) string { return a.base.JoinPath("v1", signal).String() }

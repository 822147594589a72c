package kafka

import (
	"fmt"
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"kafka://a/t", "[a:9092] t"},
		{"kafka://a:1,b,[::1]:3,[::1]/t", "[a:1 b:9092 [::1]:3 [::1]:9092] t"},
		{"kafkas://u:p%40@a/t?sasl=SCRAM-SHA-256", "[a:9092] t u p@ scram-sha-256 tls"},
		{"kafka://u:p@a/t", "[a:9092] t u p plain"},
		{"kafka://a", "the Kafka URL needs a topic: kafka://HOST/TOPIC"},
		{"kafka:///t", "the Kafka URL names no host"},
		{"kafka://a/t/u", "the Kafka URL needs a topic: kafka://HOST/TOPIC"},
		{"kafka://a/t?sasl=x", "sasl=x is none of plain, scram-sha-256, scram-sha-512"},
		{"kafka://a/t?acks=1", `the Kafka URL has "acks"; it can have sasl`},
		{"nats://a/t", `a Kafka URL begins with kafka:// or kafkas://, not "nats"`},
	} {
		a, err := parse(c.url)
		got := fmt.Sprint(a.brokers, " ", a.topic)
		if a.identified {
			got += " " + a.user + " " + a.password + " " + a.mechanism
		}
		if a.tls {
			got += " tls"
		}
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.url, got, c.want)
		}
	}
}

// FuzzAddress: no error shows the password.
func FuzzAddress(f *testing.F) {
	f.Add("kafka://user:hunter2@a:1,b/t?sasl=plain")
	f.Fuzz(func(t *testing.T, url string) {
		a, err := parse(url)
		if err == nil && (len(a.brokers) == 0 || a.topic == "") {
			t.Errorf("%q: %+v", url, a)
		}
		if _, err := parse("kafka://user:hunter2@" + url); err != nil && strings.Contains(err.Error(), "hunter2") && !strings.Contains(url, "hunter2") {
			t.Error(err)
		}
	})
}

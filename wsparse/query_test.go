package wsparse

import "testing"

func TestQueryValue(t *testing.T) {
	const target = "/socket.io/?EIO=4&transport=websocket&sid=a%2Bb+c&bad=%zz&none&empty=&sid=second"
	for name, want := range map[string]string{
		"EIO": "4", "transport": "websocket", "sid": "a+b c", "bad": "%zz", "none": "", "empty": "", "IO": "", "": "",
	} {
		if got := QueryValue(target, name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if got := QueryValue("/sid=1", "sid"); got != "" {
		t.Errorf("a path gives %q", got)
	}
}

// Package redact puts tokens in the place of secrets in records, so that an output can be given away.
//
// How each text of a record is redacted is its class in the field table of package record; a text without a class is
// hidden whole. Start reading at Redactor; records.go says what the classes mean, secrets.go finds in prose what the same record
// holds of secrets. It does not look into payloads: they are hidden whole.
package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Redactor puts tokens in the place of secrets: payloads, query values, cookies,
// credentials, and names that look like tokens. The same secret has the same token
// throughout a run, whichever goroutine meets it, so that what belongs together can still be seen.
//
// A token is the first 32 bits of HMAC-SHA-256 of the secret. Without the key nobody can
// test a guess against it; two secrets share one in about one run of a thousand that has
// 3,000 of them. What stays is what the traffic itself would show to someone who cannot
// read it: addresses, hosts, paths, times, lengths, counts, and names that are no secrets
// (of headers, cookies, query parameters, rules).
//
// It may be used by several goroutines at once.
type Redactor struct{ key [32]byte }

// New makes a redactor. Whoever knows the seed can test guesses of secrets
// against their tokens, so it should be drawn from what receivers of the output do not have, such as
// the capture itself.
func New(seed []byte) *Redactor {
	return &Redactor{sha256.Sum256(append([]byte("wscope redaction\x00"), seed...))}
}

// Token is what stands for a secret; of nothing, nothing.
func (r *Redactor) Token(secret string) string {
	if secret == "" || isToken(secret) {
		return secret
	}
	return r.token([]byte(secret))
}

const (
	tokenOpen  = "‹redacted:"
	tokenClose = "›"
)

// isToken reports whether a text is a token already. Nothing but one is let through: a peer may write the marks too.
func isToken(s string) bool {
	digits, ok := strings.CutPrefix(s, tokenOpen)
	digits, closed := strings.CutSuffix(digits, tokenClose)
	_, err := hex.DecodeString(digits)
	return ok && closed && err == nil && len(digits) == 8
}

func (r *Redactor) token(secret []byte) string {
	mac := hmac.New(sha256.New, r.key[:])
	mac.Write(secret)
	return tokenOpen + hex.EncodeToString(mac.Sum(nil)[:4]) + tokenClose
}

package wsparse

import (
	"net/url"
	"strings"
)

// QueryValue is the first value of a name in the query of a request's target, "" where there is
// none. Escapes that are none stay as they are.
func QueryValue(target, name string) string {
	_, query, _ := strings.Cut(target, "?")
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if key, value, _ := strings.Cut(pair, "="); key == name {
			if s, err := url.QueryUnescape(value); err == nil {
				return s
			}
			return value
		}
	}
	return ""
}

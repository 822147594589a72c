package simulate

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

const letters36 = "0123456789abcdefghijklmnopqrstuvwxyz"
const letters62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func draw(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

var slugWords = strings.Fields("quiet brave amber lucky silent rapid golden misty crimson gentle hidden frozen lively noble rustic swift tidal vivid wild young eager dusty calm bold")
var slugThings = strings.Fields("otter falcon river maple comet harbor meadow tiger canyon willow ember lagoon pepper quartz raven saddle thistle valley walnut yonder zephyr anchor birch cedar")

// idStyles are the forms of identifiers.
var idStyles = []string{"number", "uuid", "hex", "base36", "base62", "slug", "CP", "mail", "iso", "ip", "prefixed", "nano", "seconds"}

// newID draws an identifier of a form.
func newID(r *rand.Rand, style string) string {
	switch style {
	case "uuid":
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.Uint32()>>16, r.Uint32()>>20, r.Uint32()>>20, r.Uint64()>>16)
	case "hex":
		return fmt.Sprintf("%012x", r.Uint64()>>16)
	case "base36":
		return draw(r, letters36, 7+r.IntN(3))
	case "base62":
		return draw(r, letters62, 10)
	case "slug":
		return slugWords[r.IntN(len(slugWords))] + "-" + slugThings[r.IntN(len(slugThings))]
	case "CP":
		return fmt.Sprintf("CP-%04d", r.IntN(10000))
	case "mail":
		return slugWords[r.IntN(len(slugWords))] + strconv.Itoa(r.IntN(100)) + "@example.org"
	case "iso":
		return fmt.Sprintf("2026-11-%02dT%02d:%02d:%02dZ", 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60))
	case "ip":
		return fmt.Sprintf("10.%d.%d.%d", r.IntN(256), r.IntN(256), r.IntN(256))
	case "prefixed":
		return "usr_" + draw(r, letters62, 8)
	case "nano":
		return draw(r, letters62+"_-", 21)
	case "seconds":
		return strconv.Itoa(1_790_000_000 + r.IntN(1e8))
	}
	return strconv.Itoa(1 + r.IntN(99999))
}

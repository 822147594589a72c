package main

import "strconv"

// vocabulary is what people say, some of it not in ASCII.
var vocabulary = []string{
	"the", "a", "I", "you", "it", "to", "and", "of", "in", "is", "that", "was", "for", "on", "we", "not", "with", "have", "be", "this", "ok", "yes", "no", "just", "can",
	"meeting", "tomorrow", "please", "check", "the build", "it's", "don't", "deployed", "server", "again", "looks good", "thanks!", "morning", "where", "are", "my keys?",
	"überall", "größer", "déjà vu", "naïve", "señor", "café", "日本語", "こんにちは", "привет", "добрый день", "🎉", "👍🏽", "😀", "→", "€ 12.50", "\\\"quoted\\\"", "line\\nbreak",
	"https://example.com/issues/4711?tab=files", "C:\\\\temp", "1,000", "v2.3.1", "#general", "@everyone", "\\u00e9t\\u00e9", "shipping", "invoice", "customer", "database", "latency",
	"graph", "release", "branch", "merge", "conflict", "review", "comment", "lunch?", "soon", "later", "who", "broke", "main", "coffee", "weekend", "holiday", "train", "late",
}

// speech appends JSON-escaped text of about n bytes. Common words are more common.
func (g *generator) speech(b []byte, n int) []byte {
	end := len(b) + n
	for first := true; len(b) < end; first = false {
		if !first {
			b = append(b, ' ')
		}
		x := g.Float64()
		b = append(b, vocabulary[int(x*x*float64(len(vocabulary)))]...)
	}
	return b
}

var names = []string{"ada", "Grace", "Linus", "Barbara", "José", "Zoë", "Łukasz", "Mei", "Ravi", "Ólafur", "Fatima", "Kwame", "Yuki", "Svetlana", "Mario"}

const hex = "0123456789abcdef"

// identifier appends a UUID (version 4).
func (g *generator) identifier(b []byte) []byte {
	high, low := g.Uint64(), g.Uint64()
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b = append(b, '-')
		}
		v := high
		if i >= 16 {
			v = low
		}
		d := v >> (4 * uint(i%16)) & 15
		switch i {
		case 12:
			d = 4
		case 16:
			d = 8 | d&3
		}
		b = append(b, hex[d])
	}
	return b
}

// number appends a number below n.
func (g *generator) number(b []byte, n int) []byte { return strconv.AppendInt(b, int64(g.IntN(n)), 10) }

// clock appends the time in milliseconds.
func (g *generator) clock(b []byte) []byte { return strconv.AppendInt(b, g.out.time/1e6, 10) }

// person appends a name, as a JSON string.
func (g *generator) person(b []byte) []byte {
	b = append(b, '"')
	b = append(b, names[g.IntN(len(names))]...)
	return append(b, '"')
}

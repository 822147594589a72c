package keys

import (
	"strings"
)

// Environment returns the environment current with what makes programs write the key log file:
//
//   - SSLKEYLOGFILE, which browsers, curl, Python, Deno and others read;
//   - NODE_OPTIONS, with --tls-keylog behind what is there;
//   - LD_PRELOAD, with the preload library before what is there, and WSCOPE_KEYLOG for it.
//
// preload is the library's path, "" for none. What a program was given itself stays: a --tls-keylog
// in NODE_OPTIONS is left as it is. elsewhere lists key logs that programs were told to write by
// such settings.
func Environment(current []string, file, preload string) (env, elsewhere []string) {
	values := map[string]string{}
	for _, v := range current {
		name, value, ok := strings.Cut(v, "=")
		if ok && managed[name] {
			values[name] = value
			continue
		}
		env = append(env, v)
	}
	env = append(env, "SSLKEYLOGFILE="+file)
	if other := nodeKeyLog(values["NODE_OPTIONS"]); other != "" {
		env = append(env, "NODE_OPTIONS="+values["NODE_OPTIONS"])
		elsewhere = append(elsewhere, other)
	} else {
		env = append(env, "NODE_OPTIONS="+joined(values["NODE_OPTIONS"], " ", nodeOption(file)))
	}
	switch {
	case preload != "" && !strings.ContainsAny(preload, ": \t"): // ld.so parts the list at these
		env = append(env, "LD_PRELOAD="+joined(preload, ":", values["LD_PRELOAD"]), "WSCOPE_KEYLOG="+file)
	case values["LD_PRELOAD"] != "":
		env = append(env, "LD_PRELOAD="+values["LD_PRELOAD"])
	}
	return env, elsewhere
}

// managed are the variables that Environment sets.
var managed = map[string]bool{"SSLKEYLOGFILE": true, "NODE_OPTIONS": true, "LD_PRELOAD": true, "WSCOPE_KEYLOG": true}

func joined(a, sep, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

// nodeOption is the option as NODE_OPTIONS wants it: a value with spaces stands in quotation marks, in
// which a backslash escapes.
func nodeOption(file string) string {
	option := "--tls-keylog=" + file
	if !strings.ContainsAny(file, " \"\\") {
		return option
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(option) + `"`
}

// nodeKeyLog is the file that NODE_OPTIONS names already.
func nodeKeyLog(options string) string {
	words := nodeWords(options)
	for i, w := range words {
		if file, ok := strings.CutPrefix(w, "--tls-keylog="); ok {
			return file
		}
		if w == "--tls-keylog" && i+1 < len(words) {
			return words[i+1]
		}
	}
	return ""
}

// nodeWords parts NODE_OPTIONS as node does: at spaces outside of quotation marks.
func nodeWords(s string) []string {
	var words []string
	var word strings.Builder
	quoted, begun := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted && i+1 < len(s):
			i++
			word.WriteByte(s[i])
		case c == '"':
			quoted, begun = !quoted, true
		case c == ' ' && !quoted:
			if begun || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(c)
		}
	}
	if begun || word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}

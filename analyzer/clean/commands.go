package clean

import "bytes"

// Commands breaks what a CI runner takes for a command when it stands in a log: ##[…] (GitHub Actions),
// ##vso[…] (Azure Pipelines) and ##teamcity[…] (TeamCity) anywhere in a line, and ::name::… (GitHub
// Actions) where the line begins with it. A backslash between keeps it readable and makes it text.
// Texts with control characters, which GitLab's section markers need, must go through Line.
func Commands(s string) string {
	if command([]byte(s)) < 0 && !workflow([]byte(s)) {
		return s
	}
	return string(disarm([]byte(s), 0))
}

// disarm does what Commands says to all that stands in dst from start on.
func disarm(dst []byte, start int) []byte {
	if workflow(dst[start:]) {
		dst = insert(dst, start+bytes.IndexByte(dst[start:], ':'))
	}
	for from := start; ; {
		at := command(dst[from:])
		if at < 0 {
			return dst
		}
		dst = insert(dst, from+at+1)
		from += at + 2
	}
}

// insert puts a backslash before dst[at].
func insert(dst []byte, at int) []byte {
	dst = append(dst, 0)
	copy(dst[at+1:], dst[at:])
	dst[at] = '\\'
	return dst
}

// command returns where ## followed by letters and [ begins, or -1.
func command(s []byte) int {
	for from := 0; ; {
		i := bytes.Index(s[from:], hashes)
		if i < 0 {
			return -1
		}
		i += from
		rest := bytes.TrimLeft(s[i+2:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
		if len(rest) > 0 && rest[0] == '[' {
			return i
		}
		from = i + 1
	}
}

var hashes = []byte("##")

// workflow reports whether s, at the beginning of a line, is a workflow command of GitHub's: two colons,
// a name, and two colons further on. IPv6 addresses have no letter behind their first colons that could be
// meant, but for those of mixed notation, which have no second pair.
func workflow(s []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(s, " \t"), []byte("::"))
	if !ok || len(rest) == 0 || rest[0]|0x20 < 'a' || rest[0]|0x20 > 'z' {
		return false
	}
	return bytes.Contains(rest, []byte("::"))
}

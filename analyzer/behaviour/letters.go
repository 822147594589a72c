package behaviour

import "strings"

// follows are, by letter from a to z, the letters that come after it in words and in the names that programmers make of them.
var follows = [26]string{
	"bcdgilmnprstuvwxyfk", "aeilorsuybt", "aehikloprtuycsm", "aeioruysdg", "acdlmnrstvxyegpfiqw", "aefilorutms", "aehilnorusg", "aeiorutyn", "acdefglmnoprstvzkb",
	"aeous", "aeisnoly", "abdefilopstuvymk", "abeiopsumn", "acdegiknostuvyf", "abcdfgilmnoprstuvwyke", "aehiloprstuy", "u", "acdegiklmnopqrstuvybf", "acehiklmopqrstuwyn", "aehiloprstuwycm", "abcdegilmnprst",
	"aeioys", "aehinorsdb", "aceiptyhs", "lsenoptmrc", "aeiozl",
}

// isGibberish says whether a row of letters is none that people make words of: many of its pairs are in hardly any word.
func isGibberish(s string) bool {
	if len(s) < 5 || len(s) > 32 {
		return false
	}
	odd, pairs := 0, 0
	s = strings.ToLower(s)
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
		if i > 0 {
			pairs++
			if strings.IndexByte(follows[s[i-1]-'a'], s[i]) < 0 {
				odd++
			}
		}
	}
	return odd >= 2 || odd == 1 && pairs <= 5
}

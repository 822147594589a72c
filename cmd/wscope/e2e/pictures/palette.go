package main

import (
	"cmp"
	"image/color"
	"maps"
	"slices"
)

// palette is the 256 most frequent of the colours that were counted.
func palette(counts map[[3]uint8]int) color.Palette {
	list := slices.SortedFunc(maps.Keys(counts), func(a, b [3]uint8) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), slices.Compare(a[:], b[:]))
	})
	var p color.Palette
	for _, c := range list[:min(len(list), 256)] {
		p = append(p, color.RGBA{c[0] | c[0]>>5, c[1] | c[1]>>5, c[2] | c[2]>>5, 255})
	}
	return p
}

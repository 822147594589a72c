package apps

import (
	"cmp"
	"slices"

	"wscope/analyzer/record"
)

// others stands for all names beyond a limit.
const others = "(others)"

// counts is how often each kind and name was said, within maxNames.
type counts []record.AppCount

func (c *counts) add(kind, name string, from side) {
	i := c.index(kind, name)
	if i < 0 && len(*c) >= maxNames {
		kind, name = others, ""
		i = c.index(kind, name)
	}
	if i < 0 {
		i = len(*c)
		*c = append(*c, record.AppCount{Kind: kind, Name: name})
	}
	if from == server {
		(*c)[i].Server++
	} else {
		(*c)[i].Client++
	}
}

func (c counts) index(kind, name string) int {
	for i := range c {
		if c[i].Kind == kind && c[i].Name == name {
			return i
		}
	}
	return -1
}

// sorted is the counts, the most frequent first; what is beyond n is one "(others)".
func (c counts) sorted(n int) []record.AppCount {
	list := slices.Clone(c)
	slices.SortFunc(list, func(a, b record.AppCount) int {
		return cmp.Or(cmp.Compare(b.Client+b.Server, a.Client+a.Server), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	if len(list) <= n {
		return list
	}
	rest := record.AppCount{Kind: others}
	for _, x := range list[n-1:] {
		rest.Client += x.Client
		rest.Server += x.Server
	}
	return append(list[:n-1], rest)
}

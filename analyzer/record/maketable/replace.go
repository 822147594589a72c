package main

import (
	"bytes"
	"fmt"
)

// replaces reports whether a struct holds texts that a Replacer is asked about.
func (r *records) replaces(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	for _, f := range r.structs[name].fields {
		k := kindOf(f.typ)
		if r.structs[k.elem] != nil && r.replaces(k.elem, seen) || r.asked(f, k) {
			return true
		}
	}
	return false
}

// asked reports whether a Replacer is asked about a field itself. A byte slice is a payload, which
// the redactor sees to; of other types than texts only those are asked about that are to be dropped.
func (r *records) asked(f field, k kind) bool {
	tag := f.tag.Get("redact")
	if r.structs[k.elem] != nil || tag == "content" {
		return false
	}
	return tag == "drop" || (r.isText(k.elem) || k.elem == "JSON") && r.class(f, k) != "Open"
}

// fromParent reports whether a struct has texts whose class the field that holds the struct gives.
func (r *records) fromParent(name string) bool {
	for _, f := range r.structs[name].fields {
		if f.tag.Get("redact") == "parent" {
			return true
		}
	}
	return false
}

// replacing writes what hands a struct's texts to a Replacer. What it changes and others may hold is copied first.
func (r *records) replacing(b *bytes.Buffer, o *object) {
	parameter, class := "", func(f field, k kind) string { return r.class(f, k) }
	if r.fromParent(o.name) {
		parameter = ", parent Class"
		class = func(f field, k kind) string {
			if f.tag.Get("redact") == "parent" {
				return "parent"
			}
			return r.class(f, k)
		}
	}
	fmt.Fprintf(b, "\nfunc (x *%s) replace(do Replacer%s) {\n", o.name, parameter)
	for _, f := range o.fields {
		k, at := kindOf(f.typ), "x."+f.name
		if s := r.structs[k.elem]; s != nil {
			if !r.replaces(k.elem, map[string]bool{}) {
				continue
			}
			argument := "do"
			if r.fromParent(k.elem) {
				tag := classes[f.tag.Get("redact")]
				if tag == "Open" {
					continue
				}
				argument += ", " + tag
			}
			switch {
			case k.list:
				fmt.Fprintf(b, "%s = slices.Clone(%s)\nfor i := range %s { %s[i].replace(%s) }\n", at, at, at, at, argument)
			case k.pointer:
				fmt.Fprintf(b, "if %s != nil { y := *%s; y.replace(%s); %s = &y }\n", at, at, argument, at)
			default:
				fmt.Fprintf(b, "%s.replace(%s)\n", at, argument)
			}
			continue
		}
		if !r.asked(f, k) {
			continue
		}
		c := class(f, k)
		switch {
		case c == "Drop" && k.elem == "JSON":
			fmt.Fprintf(b, "%s = nil\n", at)
		case c == "Drop" && k.elem == "bool":
			fmt.Fprintf(b, "%s = false\n", at)
		case c == "Drop":
			fmt.Fprintf(b, "%s = \"\"\n", at)
		case k.pair:
			fmt.Fprintf(b, "%s = replacePairs(do, %s, %s)\n", at, c, at)
		case k.list:
			fmt.Fprintf(b, "%s = replaceAll(do, %s, %s)\n", at, c, at)
		default:
			fmt.Fprintf(b, "%s = do.Text(%s, %s)\n", at, c, at)
		}
	}
	b.WriteString("}\n")
}

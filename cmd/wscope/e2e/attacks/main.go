// Command attacks runs wscope on input made to hurt it, and holds it to limits of memory and time.
//
//	attacks [-run NAME] [-update FILE] WSCOPE
//
// Each attack makes its input in a folder of its own (see the tables attacksOn… for what they do), runs wscope there
// and wants: no panic, no death by a signal, an exit status of the contract, peak resident memory and time below
// the attack's limits, and what else the attack checks of the output. Start reading at attack.go.
//
// Attacks on live need root on Linux: they send the capture over a veth pair in a network namespace of their own.
// Without it, they are left out, which is told.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	run := flag.String("run", "", "only attacks whose name contains this")
	update := flag.String("update", "", "write the table to this `FILE`")
	only := flag.String("make", "", "make the input of the attack of this name in FOLDER, and nothing else (attacks calls itself so)")
	send := flag.String("send", "", "send the capture FILE on this interface, and nothing else (the same)")
	keep := flag.String("keep", "", "make the inputs in this `folder` and leave them there")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: attacks [-run NAME] [-update FILE] [-keep FOLDER] WSCOPE")
		os.Exit(2)
	}
	if *only != "" {
		for _, a := range attacks() {
			if a.name == *only && a.files != nil {
				a.files(dir(flag.Arg(0)))
			}
		}
		return
	}
	if *send != "" {
		if err := sendCapture(*send, flag.Arg(0)); err != nil {
			fmt.Fprintln(os.Stderr, "attacks:", err)
			os.Exit(2)
		}
		return
	}
	program, err := filepath.Abs(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
		os.Exit(2)
	}
	folder := *keep
	if folder == "" {
		if folder, err = os.MkdirTemp("", "attacks"); err != nil {
			fmt.Fprintln(os.Stderr, "attacks:", err)
			os.Exit(2)
		}
		defer os.RemoveAll(folder)
	}
	var table strings.Builder
	failed := 0
	for i, a := range attacks() {
		if !strings.Contains(a.name, *run) {
			continue
		}
		dir := filepath.Join(folder, fmt.Sprintf("%03d", i))
		r := a.run(program, dir)
		if *keep == "" {
			os.RemoveAll(dir)
		}
		verdict := "held"
		switch {
		case r.skipped != "":
			verdict = "left out: " + r.skipped
		case len(r.faults) > 0:
			verdict = "FELL: " + strings.Join(r.faults, "; ")
			failed++
		}
		fmt.Printf("%-44s %5d of %4d MB %6.2f of %3d s  %s\n", a.name, r.memory, a.memoryLimit(), r.seconds, a.timeLimit(), verdict)
		row(&table, &a, &r)
	}
	if *update != "" && failed == 0 {
		if err := os.WriteFile(*update, []byte(tableHead+table.String()), 0o666); err != nil {
			fmt.Fprintln(os.Stderr, "attacks:", err)
			failed++
		}
	}
	if failed > 0 {
		fmt.Printf("%d fell\n", failed)
		os.RemoveAll(folder)
		os.Exit(1)
	}
}

const tableHead = `# Attacks

What was tried to make wscope fall, with the limits that hold it. ` + "`go run ./cmd/wscope/e2e/attacks bin/wscope`" + ` makes each
input anew and runs the command on it; it fails where one falls. Every attack also wants: no panic, no signal, an exit status
of the contract. The measured numbers are of one run of ` + "`-update`" + `, on two busy cores.

| attack | input | command | memory, MB (limit) | time, s (limit) |
| --- | --- | --- | --- | --- |
`

func row(b *strings.Builder, a *attack, r *result) {
	args := make([]string, len(a.args))
	for i, s := range a.args {
		if args[i] = s; len(s) > 40 {
			args[i] = s[:37] + "…"
		}
	}
	command := strings.ReplaceAll(strings.Join(args, " "), "|", `\|`)
	fmt.Fprintf(b, "| %s | %s | `%s` | %d (%d) | %.1f (%d) |\n", a.name, a.what, command, r.memory, a.memoryLimit(), r.seconds, a.timeLimit())
}

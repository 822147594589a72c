// Command table holds the comparison of behaviours to simulated programs, and prints how often it raises a false alarm
// between unchanged runs, and how often it names a regression, alone or with others:
//
//	go run ./analyzer/behaviour/simulate/table -seeds 1-3
//
// A seed is a program of each family. -v prints each false alarm and each regression that was missed. With -recordings it does the same
// with the captures of real programs that testdata/gate/record.py makes.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/behaviour"
	"wscope/analyzer/behaviour/simulate"
	"wscope/assembly/capture"
)

var (
	seeds    = flag.String("seeds", "1", "programs of each family, such as 1-3")
	families = flag.String("families", strings.Join(simulate.Families, ","), "families")
	runs     = flag.Int("runs", 6, "unchanged runs under each condition")
	verbose  = flag.Bool("v", false, "print what went wrong")
	recorded = flag.String("recordings", "", "in place of simulated programs, the recordings in this `FOLDER`")
	only     = flag.String("programs", "", "of the recordings, these programs, separated by commas")
	dump     = flag.String("dump", "", "write the capture of FAMILY:SEED:CHANGE:RUN:CONDITION to standard output")
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	if *dump != "" {
		if err := write(os.Stdout, *dump); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *recorded != "" {
		if err := recordings(*recorded, *only); err != nil {
			log.Fatal(err)
		}
		return
	}
	var from, to uint64
	if n, _ := fmt.Sscanf(*seeds, "%d-%d", &from, &to); n == 1 {
		to = from
	}
	var sum row
	heading("family")
	for family := range strings.SplitSeq(*families, ",") {
		r := row{}
		for seed := from; seed <= to; seed++ {
			r.program(simulate.Draw(family, seed))
		}
		r.print(family)
		sum.add(r)
	}
	sum.print("all")
}

func heading(first string) {
	fmt.Printf("%-16s %8s %8s %8s %8s %8s %8s\n", first, "pairs", "differ", "changes", "named", "alone", "missed")
}

// row is a line of the table.
type row struct{ pairs, differ, changes, named, alone int }

func (r *row) add(o row) {
	r.pairs, r.differ, r.changes, r.named, r.alone = r.pairs+o.pairs, r.differ+o.differ, r.changes+o.changes, r.named+o.named, r.alone+o.alone
}

func (r row) print(name string) {
	fmt.Printf("%-16s %8d %8d %8d %8d %8d %8d\n", name, r.pairs, r.differ, r.changes, r.named, r.alone, r.changes-r.named)
}

var conditions = []simulate.Conditions{simulate.Quiet, simulate.Busy, simulate.Relay}

// program holds a program's runs against each other.
func (r *row) program(p *simulate.Program) {
	name := fmt.Sprintf("%s:%d", p.Family, p.Seed)
	for c, condition := range conditions {
		var files [][]byte
		var same []*behaviour.Behaviour
		for i := range *runs {
			files = append(files, p.Run(nil, uint64(100*c+i+1), condition))
			var first *behaviour.Behaviour
			if i > 0 {
				first = same[0]
			}
			same = append(same, watch(files[i], first))
		}
		baselines := []*behaviour.Behaviour{same[0]}
		if *runs > 3 {
			baselines = append(baselines, behaviour.Join(same[:3]...))
		}
		if *runs > 5 {
			baselines = append(baselines, behaviour.Join(same[:5]...))
		}
		for i, file := range files {
			old := watch(file, nil)
			for j, other := range files {
				if i != j {
					r.unchanged(fmt.Sprintf("%s %s %d,%d", name, condition.Name, 100*c+i+1, 100*c+j+1), old, watch(other, old))
				}
			}
		}
		for b, old := range baselines[1:] {
			for j := 3 + 2*b; j < len(same); j++ {
				r.unchanged(fmt.Sprintf("%s %s baseline of %d,%d", name, condition.Name, 3+2*b, 100*c+j+1), old, watch(files[j], old))
			}
		}
		for n, change := range p.Changes(p.Seed) {
			file := p.Run(change, uint64(1000+100*c+n), condition)
			for b, old := range baselines {
				names := func(d *behaviour.Difference) bool { return slices.Contains(change.Areas, d.Area) }
				r.changed(fmt.Sprintf("%s:%d:%d:%s baseline of %d: %s", name, n+1, 1000+100*c+n, condition.Name, 1+2*b, change), names, old, watch(file, old))
			}
		}
	}
}

func alarms(old, now *behaviour.Behaviour) (list []behaviour.Difference) {
	return slices.DeleteFunc(behaviour.Compare(old, now, nil), func(d behaviour.Difference) bool { return d.Severity == "note" })
}

func (r *row) unchanged(name string, old, now *behaviour.Behaviour) {
	r.pairs++
	found := alarms(old, now)
	if len(found) == 0 {
		return
	}
	r.differ++
	if *verbose {
		for i := range found {
			fmt.Printf("  FALSE  %s: %s: %s\n", name, found[i].Role, found[i].Sentence())
		}
	}
}

func (r *row) changed(name string, names func(*behaviour.Difference) bool, old, now *behaviour.Behaviour) {
	r.changes++
	found := alarms(old, now)
	named := slices.ContainsFunc(found, func(d behaviour.Difference) bool { return names(&d) })
	if named {
		r.named++
	}
	if named && len(found) == 1 {
		r.alone++
	}
	if *verbose && (!named || len(found) > 1) {
		word := "MISSED"
		if named {
			word = "MORE  "
		}
		fmt.Printf("  %s %s\n", word, name)
		for i := range found {
			fmt.Printf("           %s: %s\n", found[i].Role, found[i].Sentence())
		}
	}
}

func watch(file []byte, like *behaviour.Behaviour) *behaviour.Behaviour {
	src, err := capture.Open([]string{"-"}, capture.Options{Stdin: bytes.NewReader(file)})
	if err != nil {
		log.Fatal(err)
	}
	defer src.Close()
	w := behaviour.NewWatcher()
	w.Like(like)
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true, Apps: apps.New}, w); err != nil {
		log.Fatal(err)
	}
	return w.Behaviour()
}

// write gives one capture: FAMILY:SEED:CHANGE:RUN:CONDITION, where change 0 is none.
func write(w io.Writer, what string) error {
	parts := strings.Split(what, ":")
	if len(parts) != 5 {
		return fmt.Errorf("-dump %q is not FAMILY:SEED:CHANGE:RUN:CONDITION", what)
	}
	var seed, run uint64
	var change int
	if _, err := fmt.Sscan(parts[1]+" "+parts[2]+" "+parts[3], &seed, &change, &run); err != nil {
		return err
	}
	p := simulate.Draw(parts[0], seed)
	var c *simulate.Change
	if change > 0 {
		c = p.Changes(seed)[change-1]
	}
	for _, condition := range conditions {
		if condition.Name == parts[4] {
			_, err := w.Write(p.Run(c, run, condition))
			return err
		}
	}
	return fmt.Errorf("no condition %q", parts[4])
}

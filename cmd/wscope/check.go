package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/behaviour"
	"wscope/analyzer/clean"
	"wscope/analyzer/redact"
	"wscope/analyzer/report"
	"wscope/analyzer/rules"
)

// check is the command that gives a verdict.
type check struct {
	env *environment
	in  *input

	rulesFile, baseline          string
	asyncAPI                     string
	document                     *rules.Document
	update                       bool
	ignore                       behaviour.Ignore
	failOn, format               string
	junit, sarif, gitlab         string
	tap, github                  bool
	oneRun, allowEmpty           bool
	schema, list, start          bool
	rulesSet                     *rules.Set
	oldBehaviour, freshBehaviour *behaviour.Behaviour
	oldText                      []byte           // of the baseline; nil where it is a capture
	redactor                     *redact.Redactor // nil without --redact
}

func newCheck(env *environment) *cobra.Command {
	c := &check{env: env, in: &input{env: env, whole: true}}
	cmd := &cobra.Command{
		Use: "check --rules FILE CAPTURE…", Short: "Check captures against rules and a baseline, for CI",
		Long: "check holds captures against rules (YAML; --schema gives its JSON Schema, --list the ready-made rules) and against a\n" +
			"baseline, the behaviour of earlier captures: each capture is a run, and several are a sample of what runs are like. The exit status is 1 where a rule of the severity of --fail-on, or a\n" +
			"worse one, is broken. --redact changes what the report quotes, never the verdict.",
		Example: "  wscope check --init capture.pcap > wscope.yaml\n" +
			"  wscope check --rules wscope.yaml capture.pcap --junit report.xml\n" +
			"  wscope check --baseline base.json --update-baseline capture.pcap\n" +
			"  wscope check --rules wscope.yaml --baseline base.json capture.pcap\n" +
			"  wscope check --asyncapi asyncapi.yaml capture.pcap",
		RunE: c.run,
	}
	c.in.flags(cmd)
	c.in.apps.flags(cmd.Flags(), true)
	f := cmd.Flags()
	f.StringVar(&c.rulesFile, "rules", "", "the rules, a YAML `FILE`, or the name of one ready-made rule")
	f.StringVar(&c.baseline, "baseline", "", "compare with the behaviour in `FILE`, or with that of a capture")
	f.StringVar(&c.asyncAPI, "asyncapi", "", "hold channels, messages and payloads to the AsyncAPI 3 document in `FILE`")
	f.BoolVar(&c.update, "update-baseline", false, "write the behaviour to the file of --baseline, and compare nothing")
	f.Var(repeatable{(*[]string)(&c.ignore)}, "ignore", "leave `WHAT` aside when comparing, besides the rules file's ignore (repeatable)")
	f.BoolVar(&c.oneRun, "one-run", false, "several captures are one run in pieces, not several runs")
	f.BoolVar(&c.allowEmpty, "allow-empty", false, "let captures pass in which no WebSocket could be read")
	f.StringVar(&c.failOn, "fail-on", "", "fail from this severity on: error, warning, note (default: the rules file's, else warning)")
	f.StringVar(&c.format, "format", "text", "text, json, markdown")
	f.StringVar(&c.junit, "junit", "", "write JUnit XML to `FILE`")
	f.StringVar(&c.sarif, "sarif", "", "write SARIF 2.1.0 to `FILE`")
	f.StringVar(&c.gitlab, "gitlab", "", "write GitLab's code quality report to `FILE`")
	f.BoolVar(&c.github, "github", false, "print GitHub's annotations, and add to $GITHUB_STEP_SUMMARY")
	f.BoolVar(&c.tap, "tap", false, "print TAP")
	f.BoolVar(&c.start, "init", false, "print a starting rules file, which these captures keep")
	f.BoolVar(&c.schema, "schema", false, "print the JSON Schema of rules files")
	f.BoolVar(&c.list, "list", false, "print the ready-made rules")
	return cmd
}

func (c *check) run(cmd *cobra.Command, args []string) error {
	switch {
	case c.schema:
		_, err := c.env.stdout.Write(rules.Schema)
		return err
	case c.list:
		return rules.WriteReadyMade(c.env.stdout)
	}
	if err := c.usage(); err != nil {
		return err
	}
	hide := c.in.redact
	c.in.redact = false // what is judged are the records as they are
	if err := c.load(cmd); err != nil {
		return err
	}
	opt, err := c.in.options()
	if err != nil {
		return err
	}
	checker := c.rulesSet.Checker()
	if hide {
		if c.redactor, err = c.in.redactor(args); err != nil {
			return err
		}
		checker.Redactor = c.redactor
	}
	opt.Want(checker.Wants())
	sinks := both{checker, analyzer.NopSink{}}
	var documented *rules.DocumentChecker
	if c.document != nil {
		documented = c.document.Checker(c.redactor)
		sinks[0] = both{checker, documented}
		opt.Messages, opt.Payload = true, true
	}
	var watcher *behaviour.Watcher
	watch := c.baseline != "" || c.start
	samples := sampling{c.oneRun, c.rulesSet, c.oldBehaviour}
	files := captureFiles(args)
	if watch && (len(files) < 2 || c.oneRun) {
		watcher = samples.watcher()
		sinks[1] = watcher
		opt.Messages, opt.Payload = true, true
	}
	var starter *rules.Starter
	if c.start {
		starter = rules.NewStarter()
		sinks[0] = starter
	}
	sum, err := c.in.run(cmd, args, opt, sinks)
	if err != nil {
		return err
	}
	c.in.hints(sum)
	switch {
	case watcher != nil:
		c.freshBehaviour = watcher.Behaviour()
	case watch: // each capture is a run
		fresh, bad := c.in.behaviour(cmd, args, samples)
		if fresh == nil {
			return bad
		}
		c.freshBehaviour = fresh
	}
	sealedAlone := c.freshBehaviour != nil && c.freshBehaviour.SealedAlone()
	if err := c.nothing(sum); err != nil && (c.start || c.update && !sealedAlone) {
		return err
	}
	switch {
	case c.start:
		err = starter.Write(c.env.stdout, sum, c.freshBehaviour)
	case c.update:
		err = c.writeBaseline()
	default:
		r := checker.Report(sum)
		if documented != nil {
			r.Results = append(r.Results, documented.Results()...)
		}
		if why := c.nothing(sum); why != nil && !r.JudgedSealed() && !(sealedAlone && c.oldBehaviour != nil && c.oldBehaviour.SealedAlone()) {
			r.AddEmpty(why.Error())
			c.oldBehaviour = nil // of what is not there nothing else is told
		}
		err = c.verdict(r)
	}
	if err == nil || errors.Is(err, errNegative) {
		if t := incompleteRun(sum); t != nil {
			return t
		}
	}
	return err
}

// nothing says that no WebSocket could be read, and why; nil where some could, or where that is allowed.
func (c *check) nothing(sum *analyzer.Summary) error {
	var encrypted int64
	for _, n := range sum.ByPickup {
		if n.Name == "encrypted" {
			encrypted = n.Count
		}
	}
	if c.allowEmpty || sum.Flows > encrypted {
		return nil
	}
	why := "no WebSocket found"
	if sum.Flows > 0 {
		why = "no WebSocket could be read: " + report.NotOpened(sum.Sealed) + ", for want of keys (--keylog)"
	}
	return fmt.Errorf("nothing to judge: %s; --allow-empty lets it pass", why)
}

// usage says what flags do not go together.
func (c *check) usage() error {
	ok := func(word string, words ...string) bool {
		for _, w := range words {
			if w == word {
				return true
			}
		}
		return false
	}
	switch {
	case c.rulesFile == "" && c.baseline == "" && c.asyncAPI == "" && !c.start:
		return errors.New("check needs --rules FILE, --baseline FILE, --asyncapi FILE or --init")
	case c.in.redact && (c.start || c.update):
		return errors.New("--redact hides what --init and --update-baseline are to write: not together")
	case c.update && c.baseline == "":
		return errors.New("--update-baseline needs --baseline FILE")
	case !ok(c.failOn, "", "error", "warning", "note"):
		return fmt.Errorf("--fail-on %q is none of error, warning, note", c.failOn)
	case !ok(c.format, "text", "json", "markdown"):
		return fmt.Errorf("--format %q is none of text, json, markdown", c.format)
	}
	for _, entry := range c.ignore {
		if err := behaviour.CheckIgnore(entry); err != nil {
			return fmt.Errorf("--ignore: %w", err)
		}
	}
	return nil
}

// isReadyMade reports whether name is that of a ready-made rule.
func isReadyMade(name string) bool {
	return slices.ContainsFunc(rules.ReadyMade(), func(r *rules.Ready) bool { return r.Name == name })
}

// load reads the rules and the baseline.
func (c *check) load(cmd *cobra.Command) error {
	c.rulesSet = &rules.Set{}
	if c.rulesFile != "" {
		set, err := rules.LoadFile(c.rulesFile)
		if errors.Is(err, os.ErrNotExist) && isReadyMade(c.rulesFile) {
			set, err = rules.Load(c.rulesFile, []byte("rules: ["+c.rulesFile+"]\n"))
		}
		if err != nil {
			return err
		}
		c.rulesSet = set
	}
	if c.failOn == "" {
		c.failOn = c.rulesSet.FailOn
	}
	if c.failOn == "" {
		c.failOn = rules.DefaultFailOn
	}
	c.ignore = append(c.rulesSet.Ignore, c.ignore...)
	if c.asyncAPI != "" {
		var err error
		if c.document, err = rules.LoadAsyncAPI(c.asyncAPI); err != nil {
			return err
		}
	}
	if c.baseline == "" || c.start {
		return nil
	}
	if _, err := os.Stat(c.baseline); c.update && errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if c.update {
		var err error
		if c.oldBehaviour, err = readBaseline(c.baseline); err == nil && c.oldBehaviour == nil {
			err = fmt.Errorf("%s: is no baseline: it is left alone", c.baseline)
		}
		return err
	}
	var err error
	if c.oldBehaviour, err = readBaseline(c.baseline); err == nil && c.oldBehaviour != nil {
		c.oldText, err = os.ReadFile(c.baseline)
		return err
	}
	if err == nil {
		c.oldBehaviour, err = c.in.behaviour(cmd, []string{c.baseline}, sampling{c.oneRun, c.rulesSet, nil})
	}
	return err
}

func (c *check) writeBaseline() error {
	now := c.freshBehaviour
	if c.oldBehaviour != nil {
		now = behaviour.Update(c.oldBehaviour, now, c.ignore)
	}
	return writeFile(c.baseline, func(w io.Writer) error {
		_, err := w.Write(now.Text())
		return err
	})
}

// verdict writes the report in all forms that are wanted.
func (c *check) verdict(r *rules.Report) error {
	if c.oldBehaviour != nil {
		found := behaviour.Compare(c.oldBehaviour, c.freshBehaviour, c.ignore)
		for _, entry := range c.ignore.Unused(c.oldBehaviour, c.freshBehaviour) {
			c.env.notice("ignore: %s matches nothing", clean.Line(entry))
		}
		lines := behaviour.Lines(c.oldText, found)
		if c.redactor != nil {
			behaviour.Redact(found, c.redactor)
		}
		r.AddDifferences(found, c.baseline, lines)
	}
	files := []struct {
		name  string
		write func(io.Writer) error
	}{
		{c.junit, func(w io.Writer) error { return r.WriteJUnit(w, c.failOn) }},
		{c.sarif, r.WriteSARIF},
		{c.gitlab, r.WriteGitLab},
	}
	for _, f := range files {
		if f.name == "" {
			continue
		}
		if err := writeFile(f.name, f.write); err != nil {
			return err
		}
	}
	if err := c.print(r); err != nil {
		return err
	}
	if r.Failed(c.failOn) {
		return errNegative
	}
	return nil
}

func (c *check) print(r *rules.Report) error {
	w := bufio.NewWriter(c.env.stdout)
	var err error
	switch {
	case c.tap:
		err = r.WriteTAP(w, c.failOn)
	case c.format == "json":
		err = r.WriteJSON(w, c.failOn)
	case c.format == "markdown":
		err = r.WriteMarkdown(w, c.failOn)
	default:
		err = r.WriteText(w, c.failOn)
	}
	if err == nil && c.github {
		err = r.WriteGitHub(w)
	}
	if err == nil {
		err = w.Flush()
	}
	if name := os.Getenv("GITHUB_STEP_SUMMARY"); err == nil && c.github && name != "" {
		var text strings.Builder
		if err = r.WriteMarkdown(&text, c.failOn); err == nil {
			err = appendTo(name, text.String())
		}
	}
	return err
}

func appendTo(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	return err
}

// both gives records to two sinks.
type both [2]analyzer.Sink

func (b both) FlowBegun(f *analyzer.Flow) error {
	return errors.Join(b[0].FlowBegun(f), b[1].FlowBegun(f))
}
func (b both) FlowUpdate(f *analyzer.Flow) error {
	return errors.Join(b[0].FlowUpdate(f), b[1].FlowUpdate(f))
}
func (b both) FlowEnded(f *analyzer.Flow) error {
	return errors.Join(b[0].FlowEnded(f), b[1].FlowEnded(f))
}
func (b both) Message(m *analyzer.Message) error {
	return errors.Join(b[0].Message(m), b[1].Message(m))
}
func (b both) Frame(*analyzer.Frame) error  { return nil }
func (b both) Rendered(int64, []byte) error { return nil }
func (b both) Batch(analyzer.Time) error    { return nil }

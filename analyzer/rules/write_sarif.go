package rules

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// The objects of SARIF 2.1.0 that we have something to say in.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string      `json:"id"`
		Short   sarifText   `json:"shortDescription"`
		Default sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		Rule         string            `json:"ruleId"`
		Index        int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// WriteSARIF gives the report as SARIF 2.1.0. A result's place is the rule's line in the
// rules file, or the line in the baseline that it differs from, which code-scanning pages can show; the capture's packet is a logical location and among
// the properties.
func (r *Report) WriteSARIF(w io.Writer) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "wscope", Rules: []sarifRule{}}}, Results: []sarifResult{}}
	for i, result := range r.Results {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{clean(result.Rule), sarifText{orDash(clean(result.Doc))}, sarifConfig{result.Severity}})
		for j := range result.Breaches {
			b := &result.Breaches[j]
			s := sarifResult{Rule: clean(result.Rule), Index: i, Level: b.Severity, Message: sarifText{orDash(b.Message)},
				Locations:    []sarifLocation{{Physical: sarifPhysical{Artifact: sarifArtifact{r.place(b)}}}},
				Fingerprints: map[string]string{"wscope/v1": fingerprint(result.Rule, b)},
			}
			if file, line := r.stands(result, b); line > 0 {
				s.Locations[0].Physical = sarifPhysical{sarifArtifact{fileURI(file)}, &sarifRegion{line}}
			}
			if at := b.at(); at != "" {
				s.Locations[0].Logical = []sarifLogical{{at, "object"}}
			}
			if b.Flow != 0 {
				s.Properties = map[string]any{"capture": r.place(b), "flow": b.Flow, "packet": b.Packet}
			}
			run.Results = append(run.Results, s)
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// place is the capture that a breach is in, as a relative reference.
func (r *Report) place(b *Breach) string { return fileURI(r.capture(b)) }

// capture is the path of the capture that a breach is in.
func (r *Report) capture(b *Breach) string {
	name := b.File
	if name == "" && len(r.Captures) > 0 {
		name = r.Captures[0]
	}
	if name == "" || name == "-" {
		return "stdin"
	}
	return filepath.ToSlash(filepath.Clean(name))
}

// fileURI is a path as a relative reference.
func fileURI(path string) string {
	path = filepath.ToSlash(filepath.Clean(path))
	if strings.HasPrefix(path, "/") {
		return (&url.URL{Scheme: "file", Path: path}).String()
	}
	return (&url.URL{Path: path}).String() // with ./ before a name that looks like a scheme
}

// fingerprint stays the same when times, ports and packet numbers change.
func fingerprint(rule string, b *Breach) string {
	return fmt.Sprintf("%016x", hash(rule+"\x00"+withoutDigits(b.Where)+"\x00"+withoutDigits(b.Message)))
}

// hash is FNV-1a, 64 bits.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s)
}

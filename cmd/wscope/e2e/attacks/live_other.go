//go:build !linux

package main

import "errors"

func (a *attack) runLive(_, _ string, r *result) { r.skipped = "it needs Linux" }

func sendCapture(string, string) error { return errors.New("it needs Linux") }

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// brokerProgram is the program that collect --serve starts. It is not linked in: a NATS server is
// a third of wscope's size, and few start one.
const brokerProgram = "wscope-broker"

// startBroker starts a broker at an address, which keeps its streams in a folder. It returns
// the URL to connect to and what stops it. The broker ends with this process in any case:
// it serves until its standard input ends.
func startBroker(addr, folder string) (url string, stop func(), err error) {
	program, err := findBroker()
	if err != nil {
		return "", nil, err
	}
	var said bytes.Buffer
	cmd := exec.Command(program, addr, folder)
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		in.Close()
		err = cmd.Wait()
		if text := strings.TrimSpace(said.String()); text != "" {
			err = errors.New(text)
		}
		return "", nil, fmt.Errorf("%s: %w", brokerProgram, err)
	}
	return strings.TrimSpace(line), func() {
		in.Close()
		_ = cmd.Wait() // all is on disk, or it says so to the next that reads it
	}, nil
}

// findBroker looks for the broker beside this program and in PATH.
func findBroker() (string, error) {
	name := brokerProgram
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New("there is no " + brokerProgram + " beside wscope or in PATH; install it too, or run nats-server -js and give its address with --from")
	}
	return path, nil
}

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// runLive sends a capture to wscope live over a veth pair in a network namespace.
func (a *attack) runLive(program, folder string, r *result) {
	if os.Geteuid() != 0 {
		r.skipped = "it needs root"
		return
	}
	if out, _ := exec.Command(program, "live", "-i", "none0", "--no-screen").CombinedOutput(); bytes.Contains(out, []byte("libpcap")) {
		r.skipped = "it needs libpcap"
		return
	}
	space := fmt.Sprintf("attack%d", os.Getpid())
	ip := func(args ...string) bool {
		out, err := exec.Command("ip", args...).CombinedOutput()
		if err != nil {
			r.fault("ip %s: %v %s", strings.Join(args, " "), err, out)
		}
		return err == nil
	}
	if !ip("netns", "add", space) {
		return
	}
	defer exec.Command("ip", "netns", "del", space).Run()
	if !ip("-n", space, "link", "add", "there", "type", "veth", "peer", "name", "here") ||
		!ip("-n", space, "link", "set", "here", "up") || !ip("-n", space, "link", "set", "there", "up") {
		return
	}
	cmd := exec.Command("ip", append([]string{"netns", "exec", space, program, "live", "-i", "there", "--no-screen"}, a.args...)...)
	cmd.Dir = folder
	cmd.Stdout = nil
	stderr, err := os.Create(filepath.Join(folder, "stderr"))
	if err != nil {
		r.fault("%v", err)
		return
	}
	defer stderr.Close()
	cmd.Stderr = stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		r.fault("%v", err)
		return
	}
	said := func() []byte { b, _ := os.ReadFile(stderr.Name()); return b }
	for i := 0; i < 100 && !bytes.Contains(said(), []byte("capturing on")); i++ {
		time.Sleep(100 * time.Millisecond)
	}
	self, err := os.Executable()
	if err != nil {
		r.fault("%v", err)
	}
	if out, err := exec.Command("ip", "netns", "exec", space, self, "-send", "here", filepath.Join(folder, a.live)).CombinedOutput(); err != nil {
		r.fault("sending: %v %s", err, out)
	}
	time.Sleep(2 * time.Second) // what is queued is analysed
	_ = cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(time.Duration(a.timeLimit())*time.Second, func() { cmd.Process.Kill() })
	err = cmd.Wait()
	kill.Stop()
	r.seconds = time.Since(began).Seconds()
	r.memory = peak(cmd.ProcessState)
	a.judge(r, err, nil, said())
}

// sendCapture puts the packets of a pcap file on an interface.
func sendCapture(name, file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	to := &syscall.SockaddrLinklayer{Ifindex: i.Index, Halen: 6}
	for b, n := b[24:], 0; len(b) > 16; n++ {
		size := int(binary.LittleEndian.Uint32(b[8:]))
		if err := syscall.Sendto(fd, b[16:16+size], 0, to); err != nil {
			return err
		}
		if n%64 == 0 {
			time.Sleep(time.Millisecond) // the receiver is measured, not overrun
		}
		b = b[16+size:]
	}
	return nil
}

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"time"
)

// journal writes down what this endpoint does, one JSON line an event.
type journal struct {
	mu   sync.Mutex
	file *os.File
	who  string
}

func newJournal(path, who string) *journal {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	return &journal{file: f, who: who}
}

type event map[string]any

func (j *journal) write(port int, ev string, e event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e == nil {
		e = event{}
	}
	e["t"] = float64(time.Now().UnixNano()) / 1e9
	e["who"], e["port"], e["ev"] = j.who, port, ev
	line, _ := json.Marshal(e)
	j.file.Write(append(line, '\n'))
}

// message is an event's account of a message.
func message(kind string, data []byte) event {
	return event{"type": kind, "length": len(data), "sha256": fmt.Sprintf("%x", sha256.Sum256(data))}
}

// closing is an event's account of a Close; code 1005 stands for an empty one.
func closing(code int, reason string) event {
	e := event{"type": "close", "code": any(code), "reason": reason}
	if code == 1005 {
		e["code"] = nil
	}
	return e
}

// payload returns n bytes that depend on n alone; text compresses, binary does not.
func payload(kind string, n int) []byte {
	if kind == "text" {
		s := fmt.Sprintf("%d: the quick brown fox jumps over the lazy dog; ", n)
		return []byte(strings.Repeat(s, n/len(s)+1)[:n])
	}
	b, x := make([]byte, n), uint32(n+1)
	for i := range b {
		x = x*1103515245 + 12345
		b[i] = byte(x >> 16)
	}
	return b
}

// Command gopeer is those peers of testdata/apps that only Go has: the server of the centrifuge library, and of Kubernetes the API
// server's and the kubelet's handlers for exec and port-forward, and kubectl's own clients of them.
//
//	gopeer centrifuge|kubernetes PORT JOURNAL
//	gopeer exec|forward URL JOURNAL
package main

import (
	"encoding/json"
	"log"
	"os"
	"sync"
	"time"
)

// journal writes down what an endpoint says and hears, one JSON line an event, as apps/node/run.js does.
type journal struct {
	mu   sync.Mutex
	file *os.File
	who  string
}

func (j *journal) write(ev, kind, name string, more map[string]any) {
	e := map[string]any{"t": float64(time.Now().UnixNano()) / 1e9, "who": j.who, "ev": ev, "kind": kind, "name": name}
	for k, v := range more {
		e[k] = v
	}
	line, err := json.Marshal(e)
	if err != nil {
		log.Fatal(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		log.Fatal(err)
	}
}

func (j *journal) said(kind, name string)  { j.write("said", kind, name, nil) }
func (j *journal) heard(kind, name string) { j.write("heard", kind, name, nil) }

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: gopeer centrifuge|kubernetes PORT JOURNAL, or gopeer exec|forward URL JOURNAL")
	}
	role, at, path := os.Args[1], os.Args[2], os.Args[3]
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	j := &journal{file: f, who: "server"}
	switch role {
	case "centrifuge":
		err = centrifugeServer(at, j)
	case "kubernetes":
		err = kubernetesServer(at)
	case "exec":
		j.who = "client"
		err = execClient(at, j)
	case "forward":
		j.who = "client"
		err = forwardClient(at, j)
	default:
		log.Fatal("no such role: ", role)
	}
	if err != nil {
		log.Fatal(err)
	}
}

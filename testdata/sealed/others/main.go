// Command others makes TLS connections over loopback that are no WebSockets, each between a client and a server of a real
// library: others SEED COUNT writes a line "server-port client-port kind" for each, and its captures are the negative
// half of what analyzer/sealed is held to.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// kind is one sort of conversation.
type kind struct {
	name  string
	serve func(l net.Listener)                                  // until the listener is closed
	talk  func(r *mrand.Rand, addr string, c *tls.Config) error // one connection
}

// configs makes a server's and a client's TLS settings.
func configs(r *mrand.Rand, cert tls.Certificate, protocols ...string) (server, client *tls.Config) {
	server = &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: protocols}
	client = &tls.Config{InsecureSkipVerify: true, ServerName: "localhost", NextProtos: protocols}
	if r.IntN(3) == 0 {
		client.MaxVersion = tls.VersionTLS12
		suites := []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		client.CipherSuites = suites[r.IntN(len(suites)):][:1]
		server.CipherSuites = client.CipherSuites
	}
	if r.IntN(2) == 0 {
		client.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	}
	if len(protocols) > 0 && r.IntN(2) == 0 && protocols[0] != "h2" {
		server.NextProtos, client.NextProtos = nil, nil
	}
	return server, client
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pause waits as people and timers do, but quicker.
func pause(r *mrand.Rand, most int) { time.Sleep(time.Duration(1+r.IntN(most)) * time.Millisecond) }

func main() {
	seed, err := strconv.ParseUint(os.Args[1], 10, 64)
	check(err)
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	cert := certificate()
	var wait sync.WaitGroup
	var out sync.Mutex
	for k, kind := range kinds {
		wait.Add(1)
		go func() {
			defer wait.Done()
			r := mrand.New(mrand.NewPCG(seed, uint64(k)))
			for i := range count {
				server, client := configs(r, cert, protocols[kind.name]...)
				l, err := tls.Listen("tcp", "127.0.0.1:0", server)
				check(err)
				go kind.serve(l)
				err = kind.talk(r, l.Addr().String(), client)
				out.Lock()
				if err != nil {
					fmt.Fprintln(os.Stderr, kind.name, i, err)
				}
				fmt.Println(l.Addr().(*net.TCPAddr).Port, kind.name)
				out.Unlock()
				time.Sleep(30 * time.Millisecond)
				l.Close()
			}
		}()
	}
	wait.Wait()
}

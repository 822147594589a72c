package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/spf13/pflag"

	"wscope/analyzer"
	"wscope/analyzer/fleet"
)

// TestBrokersAreReachedAsNATSUsersExpect: TLS, certificates of clients, user and password,
// tokens, nkeys and credentials, each against a server that lets in nobody else.
func TestBrokersAreReachedAsNATSUsersExpect(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca := newAuthority(t)
	caFile := file("ca.pem", ca.pem)
	serverCert := ca.issue(t, "server")
	clientCert := ca.issue(t, "client")
	crt, key := file("client.pem", clientCert.cert), file("client.key", clientCert.key)

	user, err := nkeys.CreateUser()
	must(t, err)
	seed, err := user.Seed()
	must(t, err)
	public, err := user.PublicKey()
	must(t, err)
	operator, accounts, creds := credentials(t)
	resolver := &server.MemAccResolver{}
	for _, a := range accounts {
		must(t, resolver.Store(a.subject, a.token))
	}

	for _, c := range []struct {
		name  string
		serve server.Options
		url   func(addr string) string
		flags []string
	}{
		{"user and password", server.Options{Username: "sensor", Password: "s3cret"}, at("nats://sensor:s3cret@"), nil},
		{"token", server.Options{Authorization: "t0ken"}, at("nats://t0ken@"), nil},
		{"TLS", server.Options{TLS: true, TLSConfig: ca.server(serverCert, false)}, at("tls://"), []string{"--tls-ca", caFile}},
		{"client certificate", server.Options{TLS: true, TLSVerify: true, TLSConfig: ca.server(serverCert, true)}, at("nats://"),
			[]string{"--tlsca", caFile, "--tls-cert", crt, "--tlskey", key}},
		{"nkey", server.Options{Nkeys: []*server.NkeyUser{{Nkey: public}}}, at("nats://"), []string{"--nkey", file("user.nk", seed)}},
		{"credentials", server.Options{TrustedOperators: []*jwt.OperatorClaims{operator}, AccountResolver: resolver, SystemAccount: accounts[1].subject}, at("nats://"),
			[]string{"--creds", file("user.creds", creds)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := c.serve
			o.Host, o.Port, o.JetStream, o.StoreDir, o.NoSigs, o.NoLog = "127.0.0.1", server.RANDOM_PORT, true, t.TempDir(), true, true
			s, err := server.NewServer(&o)
			must(t, err)
			go s.Start()
			defer func() { s.Shutdown(); s.WaitForShutdown() }()
			if !s.ReadyForConnections(10 * time.Second) {
				t.Fatal("the broker does not start")
			}
			addr := s.Addr().String()
			if conn, err := nats.Connect("nats://" + addr); err == nil {
				conn.Close()
				t.Fatal("the broker lets in anybody")
			}
			var b brokers
			f := pflag.NewFlagSet("x", pflag.ContinueOnError)
			b.flags(f)
			must(t, f.Parse(c.flags))
			options, err := b.options()
			must(t, err)
			carry(t, c.url(addr), options)
		})
	}
	f := pflag.NewFlagSet("x", pflag.ContinueOnError)
	var b brokers
	b.flags(f)
	must(t, f.Parse([]string{"--tls-cert", crt}))
	if _, err := b.options(); err == nil {
		t.Error("a certificate without its key was taken")
	}
}

func at(scheme string) func(string) string { return func(addr string) string { return scheme + addr } }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// carry sends a flow and collects it.
func carry(t *testing.T, url string, options []nats.Option) {
	t.Helper()
	var told []string
	p, err := fleet.NewPublisher(fleet.NATS(url, fleet.NATSOptions{Client: options}), fleet.PublisherOptions{
		Origin: fleet.Origin{Sensor: "a", Interface: "eth0"}, Spool: t.TempDir(),
	}, &analyzer.NopSink{})
	must(t, err)
	must(t, p.FlowEnded(&analyzer.Flow{Flow: 1, End: 1e18}))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	must(t, p.Close(ctx))
	counts := new(fleet.Counts)
	folder := t.TempDir()
	done := make(chan error, 1)
	run, stop := context.WithCancel(ctx)
	go func() {
		done <- fleet.Collect(run, url, fleet.CollectorOptions{
			Folder: folder, Every: 10 * time.Millisecond, NATS: options, Counts: counts, Tell: func(s string) { told = append(told, s) },
		})
	}()
	for counts.Commits.Load() == 0 && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	must(t, <-done)
	files, _ := filepath.Glob(filepath.Join(folder, "*", "flows-*.parquet"))
	if len(files) != 1 {
		t.Errorf("files %q, told %s", files, strings.Join(told, "; "))
	}
}

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

type issued struct{ cert, key []byte }

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	a := &authority{key: key, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}}
	der, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, &key.PublicKey, key)
	must(t, err)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

func (a *authority) issue(t *testing.T, name string) issued {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature,
	}, a.cert, &key.PublicKey, a.key)
	must(t, err)
	text, err := x509.MarshalECPrivateKey(key)
	must(t, err)
	return issued{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text}),
	}
}

// server is a broker's side of TLS.
func (a *authority) server(c issued, clients bool) *tls.Config {
	pair, err := tls.X509KeyPair(c.cert, c.key)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.pem)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool}
	if clients {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config
}

type signedAccount struct{ subject, token string }

// credentials makes an operator, an account of its with JetStream, the system's account, and
// the file of a user of the first.
func credentials(t *testing.T) (*jwt.OperatorClaims, [2]signedAccount, []byte) {
	okp, err := nkeys.CreateOperator()
	must(t, err)
	public, err := okp.PublicKey()
	must(t, err)
	operator := jwt.NewOperatorClaims(public)
	var accounts [2]signedAccount
	var creds []byte
	for i := range accounts {
		akp, err := nkeys.CreateAccount()
		must(t, err)
		public, err := akp.PublicKey()
		must(t, err)
		claims := jwt.NewAccountClaims(public)
		if i == 0 {
			claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
		}
		token, err := claims.Encode(okp)
		must(t, err)
		accounts[i] = signedAccount{public, token}
		if i > 0 {
			continue
		}
		ukp, err := nkeys.CreateUser()
		must(t, err)
		upublic, err := ukp.PublicKey()
		must(t, err)
		seed, err := ukp.Seed()
		must(t, err)
		user, err := jwt.NewUserClaims(upublic).Encode(akp)
		must(t, err)
		creds, err = jwt.FormatUserConfig(user, seed)
		must(t, err)
	}
	return operator, accounts, creds
}

// Go's crypto/tls as a TLS 1.3 server. It answers each request with the group and whether the session was resumed, and closes.
// Built and started by ../go.ts.
//
//	server PORT [GROUP,GROUP...]		with chain.pem and key.pem in the folder
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
)

var groups = map[string]tls.CurveID{
	"P-256":          tls.CurveP256,
	"P-384":          tls.CurveP384,
	"X25519":         tls.X25519,
	"X25519MLKEM768": tls.X25519MLKEM768,
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func answer(plain net.Conn, config *tls.Config) {
	conn := tls.Server(plain, config)
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		if line == "\r\n" {
			break
		}
	}
	state := conn.ConnectionState()
	fmt.Fprintf(conn, "HTTP/1.0 200 OK\r\n\r\n%s %v", tls.VersionName(state.Version), state.DidResume)
}

func main() {
	pair, err := tls.LoadX509KeyPair("chain.pem", "key.pem")
	if err != nil {
		fail(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13}
	if len(os.Args) > 2 {
		for _, name := range strings.Split(os.Args[2], ",") {
			id, known := groups[name]
			if !known {
				fail(fmt.Errorf("unknown group %s", name))
			}
			config.CurvePreferences = append(config.CurvePreferences, id)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fail(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			fail(err)
		}
		go answer(conn, config)
	}
}

// A server on Go's crypto/tls, with its defaults: server PORT [FILE [CA]], with chain.pem and key.pem in the folder. Built and started by ../libraries.ts.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"log"
	"net"
	"os"
)

func serve(connection net.Conn, answer []byte) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			log.Print(err)
			return
		}
		if line == "\r\n" {
			break
		}
	}
	if _, err := connection.Write(answer); err != nil {
		log.Print(err)
	}
}

func main() {
	answer := []byte("HTTP/1.0 200 OK\r\n\r\nhello")
	if len(os.Args) > 2 && os.Args[2] != "-" {
		file, err := os.ReadFile(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		answer = file
	}
	identity, err := tls.LoadX509KeyPair("chain.pem", "key.pem")
	if err != nil {
		log.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{identity}}
	if len(os.Args) > 3 {
		root, err := os.ReadFile(os.Args[3])
		if err != nil {
			log.Fatal(err)
		}
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM(root)
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+os.Args[1], config)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection, answer)
	}
}

/*
	A device that does not want to know how its connection ends: there is no `onError`.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";

new TLSClient({
	host: "localhost",
	address: "127.0.0.1",
	port: Number(config.port),
	TCP: { io: TCP },
	secure: { certificate: config.ca },
});

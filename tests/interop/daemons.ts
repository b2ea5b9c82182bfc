/*
	Servers as Debian packages them, each with what its package's own configuration says of TLS. They answer "hello".
*/

import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { ServerIdentity } from "../../host-sim/servers/certificates.js";
import { hasProgram, startProgram, type TalkingServer } from "./servers.js";

interface Daemon {
	readonly program: string;
	readonly debianPackage: string;
	/** Shows that the program is there. */
	readonly probe: string;
	/** Values of its command line. Its files are in the folder where it runs. */
	values(port: number, folder: string): string[];
	/** Text of the file "config", for this folder; with these lines where it says how the server does TLS. */
	config(port: number, folder: string, more: string): string;
	/** Lines that demand a certificate of the server's own root. */
	readonly asksClient: string;
}

const answer = "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello";
const isRoot = process.getuid?.() === 0;

export const daemons = {
	nginx: {
		program: "nginx",
		debianPackage: "nginx",
		probe: "-v",
		values: (_, folder) => ["-p", folder, "-c", "config", "-e", "stderr"],
		asksClient: "ssl_verify_client on; ssl_verify_depth 3; ssl_client_certificate root.pem;",
		config: (port, _, more) => `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
	access_log off;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	# nginx.conf of the package
	ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
	ssl_prefer_server_ciphers on;
	server {
		listen 127.0.0.1:${port} ssl;
		ssl_certificate chain.pem;
		ssl_certificate_key key.pem;
		${more}
		location / { return 200 "hello"; }
	}
}
`,
	},
	apache2: {
		program: "apache2",
		debianPackage: "apache2-bin",
		probe: "-v",
		values: (_, folder) => ["-X", "-d", folder, "-f", `${folder}/config`],
		asksClient: "SSLVerifyClient require\nSSLVerifyDepth 3\nSSLCACertificateFile root.pem",
		config: (port, folder, more) => `
ServerName localhost
Listen 127.0.0.1:${port}
PidFile apache.pid
ErrorLog ${folder}/error.log
DefaultRuntimeDir ${folder}
${["mpm_event", "authz_core", "dir", "socache_shmcb", "ssl"].map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
${isRoot ? "User www-data\nGroup www-data" : ""}
DocumentRoot ${folder}/pages
# ssl.conf of the package
SSLSessionCache shmcb:${folder}/cache(512000)
SSLSessionCacheTimeout 300
SSLCipherSuite HIGH:!aNULL
SSLProtocol all -SSLv3
SSLEngine on
SSLCertificateFile ${folder}/chain.pem
SSLCertificateKeyFile ${folder}/key.pem
${more}
`,
	},
	haproxy: {
		program: "haproxy",
		debianPackage: "haproxy",
		probe: "-v",
		values: () => ["-db", "-f", "config"],
		asksClient: "verify required ca-file root.pem",
		config: (port, _, more) => `
global
	# haproxy.cfg of the package
	ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384
	ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
	ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
defaults
	mode http
	timeout client 20s
	timeout connect 5s
	timeout server 20s
frontend tests
	bind 127.0.0.1:${port} ssl crt server.pem ${more}
	http-request return status 200 content-type text/plain string hello
`,
	},
	lighttpd: {
		program: "lighttpd",
		debianPackage: "lighttpd-mod-openssl",
		probe: "-v",
		values: () => ["-D", "-f", "config"],
		asksClient: `ssl.verifyclient.activate = "enable"
ssl.verifyclient.enforce = "enable"
ssl.verifyclient.depth = 3
ssl.verifyclient.ca-file = "root.pem"`,
		config: (port, folder, more) => `
server.modules = ("mod_openssl")
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${folder}/pages"
index-file.names = ("index.html")
ssl.engine = "enable"
ssl.pemfile = "${folder}/chain.pem"
ssl.privkey = "${folder}/key.pem"
${more}
`,
	},
	stunnel: {
		program: "stunnel4",
		debianPackage: "stunnel4",
		probe: "-version",
		values: () => ["config"],
		asksClient: "verifyChain = yes\nCAfile = root.pem",
		config: (port, _, more) => `
foreground = yes
pid =
[tests]
accept = 127.0.0.1:${port}
exec = /bin/sh
execArgs = sh answer.sh
cert = chain.pem
key = key.pem
${more}
`,
	},
	mosquitto: {
		program: "mosquitto",
		debianPackage: "mosquitto",
		probe: "-h",
		values: () => ["-c", "config"],
		asksClient: "cafile root.pem\nrequire_certificate true",
		config: (port, _, more) => `
${isRoot ? "user root" : ""}
listener ${port} 127.0.0.1
certfile chain.pem
keyfile key.pem
${more}
allow_anonymous true
persistence false
`,
	},
} satisfies Record<string, Daemon>;

export type DaemonName = keyof typeof daemons;

/** Path of a program, which a user who is not root may not find by its name. */
function pathOf(program: string): string {
	const path = join("/usr/sbin", program);
	return existsSync(path) ? path : program;
}

/** False, or the package that brings the program. */
export function missingDaemon(name: DaemonName): string | false {
	const { program, debianPackage, probe } = daemons[name];
	return hasProgram(pathOf(program), probe) ? false : debianPackage;
}

/** Starts the server, with these lines in its configuration. */
export function startDaemon(name: DaemonName, identity: ServerIdentity, more = ""): Promise<TalkingServer> {
	const { program, values, config } = daemons[name] as Daemon;
	return startProgram(
		pathOf(program),
		identity,
		(port, folder) => {
			// apache's own user reads the page
			chmodSync(folder, 0o755);
			return values(port, folder);
		},
		{
			config: (port, folder) => config(port, folder, more),
			"server.pem": identity.chain + identity.leaf.keyPem,
			"answer.sh": `while read -r line && [ "$line" != "$(printf '\\r')" ]; do :; done\nprintf '%s' '${answer}'\n`,
			"pages/index.html": "hello",
		},
	);
}

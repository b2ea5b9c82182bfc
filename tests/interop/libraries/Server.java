/*
	A server on Java's own TLS (JSSE), with its defaults: java Server.java PORT [FILE [CA]], with server.p12 in the folder. Started by ../libraries.ts.
*/

import java.io.FileInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

public class Server {
	public static void main(String[] values) throws Exception {
		byte[] answer = values.length > 1 && !values[1].equals("-") ? Files.readAllBytes(Path.of(values[1]))
				: "HTTP/1.0 200 OK\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII);
		char[] password = "password".toCharArray();
		var store = KeyStore.getInstance("PKCS12");
		try (var file = new FileInputStream("server.p12")) {
			store.load(file, password);
		}
		var keys = KeyManagerFactory.getInstance("PKIX");
		keys.init(store, password);
		var context = SSLContext.getInstance("TLS");
		TrustManagerFactory trust = null;
		if (values.length > 2) {
			var roots = KeyStore.getInstance("PKCS12");
			roots.load(null, null);
			try (var file = new FileInputStream(values[2])) {
				roots.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(file));
			}
			trust = TrustManagerFactory.getInstance("PKIX");
			trust.init(roots);
		}
		context.init(keys.getKeyManagers(), trust == null ? null : trust.getTrustManagers(), null);
		var listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(Integer.parseInt(values[0]), 8, InetAddress.getByName("127.0.0.1"));
		listener.setNeedClientAuth(trust != null);
		for (;;) {
			try (var socket = listener.accept()) {
				var request = new StringBuilder();
				for (int next; request.indexOf("\r\n\r\n") < 0 && (next = socket.getInputStream().read()) >= 0;)
					request.append((char) next);
				if (request.length() == 0) continue;
				socket.getOutputStream().write(answer);
				socket.getOutputStream().flush();
			} catch (java.io.IOException error) {
				System.err.println(error);
			}
		}
	}
}

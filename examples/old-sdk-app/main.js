/*
	An app as it was written for the SDK's older modules: a GET by `http`, with SecureSocket as its socket. Nothing in it knows of xs-tls; the manifest includes
	modules/sdk after the SDK's manifests. In a product `certificate` is left out: the resources ca*.der, or the root store, are trusted then.
*/

import config from "mc/config";
import { Request } from "http";
import SecureSocket from "securesocket";

const request = new Request({
	host: config.host,
	port: Number(config.port),
	path: config.path,
	response: String,
	Socket: SecureSocket,
	secure: config.ca ? { certificate: config.ca } : {},
});

request.callback = function (message, value) {
	if (message === Request.status) trace(`status ${value}\n`);
	else if (message === Request.responseComplete) trace(`${value}\n`);
	else if (message < 0) trace("failed: the connection has ended\n");
};

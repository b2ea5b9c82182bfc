/*
	What a peer's alert means, in words for a person (RFC 8446 section 6.2).
*/

import type { Config } from "../config";
import { offeredVersions, offeredWords } from "../handshake/offered";
import { AlertDescription } from "../wire/numbers";

/**
 * RFC 5246 section 7.4.6 has handshake_failure. GnuTLS takes an empty list for a malformed one; others answer as to a
 * wrong certificate.
 */
function isForWantOfCertificate(description: number): boolean {
	switch (description) {
		case AlertDescription.handshake_failure:
		case AlertDescription.decode_error:
		case AlertDescription.bad_certificate:
		case AlertDescription.certificate_unknown:
		case AlertDescription.unknown_ca:
		case AlertDescription.access_denied:
			return true;
		default:
			return false;
	}
}

/** What a connection knows when an alert comes. */
interface AlertContext {
	/** What was offered, while the server has not answered the ClientHello. */
	readonly offers: Config | undefined;
	/** The server asked for a certificate, and an empty list went out. */
	readonly owesCertificate: boolean;
}

/** The server finds nothing in common with the ClientHello, or a later step of the handshake failed. */
function negotiationMeaning(description: number, offers: Config | undefined): string | undefined {
	const offered = offers ? `; offered were ${offeredWords(offers)}` : "";
	switch (description) {
		case AlertDescription.handshake_failure:
			return offers
				? `it has no cipher suite, group or signature in common with us (handshake_failure)${offered}`
				: "it could not go on with the handshake (handshake_failure)";
		case AlertDescription.insufficient_security:
			return `our ciphers are too weak for it (insufficient_security)${offered}`;
		case AlertDescription.protocol_version:
			if (!offers) return "it does not speak our version of TLS (protocol_version)";
			return offers.minVersion === offers.maxVersion
				? `it does not speak ${offeredVersions(offers)}, the only version offered: see "minVersion" and "maxVersion" (protocol_version)`
				: `it speaks neither of the versions offered, ${offeredVersions(offers)} (protocol_version)`;
		case AlertDescription.inappropriate_fallback:
			return "it speaks a newer version than we offered (inappropriate_fallback)";
		case AlertDescription.missing_extension:
			return "our hello lacks an extension that it needs (missing_extension)";
		case AlertDescription.unsupported_extension:
			return "it does not take an extension of ours (unsupported_extension)";
		case AlertDescription.unrecognized_name:
			return "it does not know the host name that we asked for (unrecognized_name)";
		case AlertDescription.illegal_parameter:
		case AlertDescription.decrypt_error:
			// what a server says of a binder that does not fit (RFC 8446 section 4.2.11)
			return offers?.psk ? `its key or hash is not that of "psk" (alert ${description})` : undefined;
		case AlertDescription.unknown_psk_identity:
			return "it does not know our session or pre-shared key (unknown_psk_identity)";
		case AlertDescription.no_application_protocol:
			return "it speaks none of the application protocols offered (no_application_protocol)";
		default:
			return undefined;
	}
}

/** The server objects to the client's certificate. */
function certificateMeaning(description: number): string | undefined {
	switch (description) {
		case AlertDescription.bad_certificate:
			return "our certificate is broken or does not verify (bad_certificate)";
		case AlertDescription.unsupported_certificate:
			return "it does not take our kind of certificate (unsupported_certificate)";
		case AlertDescription.certificate_revoked:
			return "our certificate was revoked (certificate_revoked)";
		case AlertDescription.certificate_expired:
			return "our certificate has expired (certificate_expired)";
		case AlertDescription.certificate_unknown:
			return "it does not accept our certificate (certificate_unknown)";
		case AlertDescription.unknown_ca:
			return "it does not know the CA of our certificate (unknown_ca)";
		case AlertDescription.access_denied:
			return "our certificate is valid but gives no access (access_denied)";
		case AlertDescription.bad_certificate_status_response:
			return "it does not accept our OCSP response (bad_certificate_status_response)";
		case AlertDescription.certificate_required:
			return "it wants a certificate from us (certificate_required)";
		default:
			return undefined;
	}
}

/** The server objects to a message or record, or ends the connection. */
function messageMeaning(description: number): string {
	switch (description) {
		case AlertDescription.close_notify:
			return "it closed the connection during the handshake";
		case AlertDescription.unexpected_message:
			return "it did not expect our message (unexpected_message)";
		case AlertDescription.bad_record_mac:
			return "it could not decrypt our record (bad_record_mac)";
		case AlertDescription.record_overflow:
			return "our record was too long for it (record_overflow)";
		case AlertDescription.illegal_parameter:
			return "a value of our hello is out of range for it (illegal_parameter)";
		case AlertDescription.decode_error:
			return "it could not read our message (decode_error)";
		case AlertDescription.decrypt_error:
			return "a signature or Finished of ours did not verify (decrypt_error)";
		case AlertDescription.internal_error:
			return "it has a problem of its own (internal_error)";
		case AlertDescription.user_canceled:
			return "it was cancelled (user_canceled)";
		case AlertDescription.no_renegotiation:
			return "it does not renegotiate (no_renegotiation)";
		default:
			return `alert ${description}`;
	}
}

/** A sentence for an AlertDescription that the peer sent. */
export function alertMeaning(description: number, { offers, owesCertificate }: AlertContext): string {
	if (owesCertificate && isForWantOfCertificate(description))
		return `it wants a certificate from us that it accepts: see "clientCertificates" (alert ${description})`;
	return negotiationMeaning(description, offers) ?? certificateMeaning(description) ?? messageMeaning(description);
}

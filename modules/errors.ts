/*
	Every way in which a connection can fail, named once, with the alert that tells the peer (RFC 8446 section 6, RFC
	5246 section 7.2). All of the stack throws TLSError and nothing else; the connection sends `alert` and hands the
	error on.
*/

import { AlertDescription } from "./wire/numbers";

/**
 * No alert of its own goes out: the peer closed first, sent an alert itself, was never reached, or did nothing wrong.
 */
const NONE = -1;

/** How the text of a native's error begins. */
const ERROR_PREFIX = "Error: ";

const failures = Object.freeze({
	// what the peer sent
	decode_error: AlertDescription.decode_error,
	unexpected_message: AlertDescription.unexpected_message,
	illegal_parameter: AlertDescription.illegal_parameter,
	missing_extension: AlertDescription.missing_extension,
	unsupported_extension: AlertDescription.unsupported_extension,
	unsupported_version: AlertDescription.protocol_version,
	downgrade: AlertDescription.illegal_parameter,
	handshake_failure: AlertDescription.handshake_failure,
	insufficient_security: AlertDescription.insufficient_security,
	record_too_long: AlertDescription.record_overflow,
	message_too_long: AlertDescription.illegal_parameter,
	bad_record_mac: AlertDescription.bad_record_mac,
	bad_signature: AlertDescription.decrypt_error,
	bad_finished: AlertDescription.decrypt_error,
	// the peer's certificates
	bad_certificate: AlertDescription.bad_certificate,
	unsupported_certificate: AlertDescription.unsupported_certificate,
	wrong_name: AlertDescription.bad_certificate,
	untrusted: AlertDescription.unknown_ca,
	pin_mismatch: AlertDescription.bad_certificate,
	certificate_expired: AlertDescription.certificate_expired,
	certificate_not_yet_valid: AlertDescription.certificate_expired,
	certificate_revoked: AlertDescription.certificate_revoked,
	clock_not_set: AlertDescription.certificate_unknown,
	bad_staple: AlertDescription.bad_certificate_status_response,
	too_much_work: AlertDescription.bad_certificate,
	// what it says over the connection (https.ts)
	http: NONE,
	// how it ended
	peer_alert: NONE,
	truncated: NONE,
	transport: NONE,
	// the peer gets user_canceled or close_notify, as from close()
	timeout: NONE,
	closed: NONE,
	// our side
	configuration: NONE,
	bad_root_store: NONE,
	out_of_memory: AlertDescription.internal_error,
	crypto: AlertDescription.internal_error,
	internal: AlertDescription.internal_error,
});

/** The name of a failure; stable, for `switch` in the application. */
export type FailureCode = keyof typeof failures;

/**
 * What went wrong: `code` for the program, `message` for a person, `alert` for the peer (undefined if none is sent).
 */
export class TLSError extends Error {
	/** Name of the failure, one of a fixed list. */
	readonly code: FailureCode;
	/** AlertDescription that the peer is sent, or undefined. With code "peer_alert": the one that the peer sent. */
	readonly alert: number | undefined;

	constructor(code: FailureCode, message: string, peerAlert?: number) {
		super(message);
		this.code = code;
		const alert: number = failures[code];
		this.alert = alert === NONE ? peerAlert : alert;
	}

	/** True if `alert` has to be sent to the peer. */
	get answersPeer(): boolean {
		return failures[this.code] !== NONE;
	}

	override get name(): string {
		return "TLSError";
	}
}

/** Returns what was thrown as text. It may be anything: an object without a prototype, or a proxy whose traps throw. */
export function thrownText(thrown: unknown): string {
	try {
		return String(thrown);
	} catch {
		return "what was thrown is not an Error, and has no text";
	}
}

/** True for a TLSError. XS: a proxy may throw when it is asked. */
function isTLSError(thrown: unknown): thrown is TLSError {
	try {
		return thrown instanceof TLSError;
	} catch {
		return false;
	}
}

/**
 * What was thrown, as a TLSError: "crypto" or "out_of_memory" if a binding reports PSA Crypto's failure, in its own
 * words (hardware/psa/binding.h), else "internal".
 */
export function asTLSError(thrown: unknown): TLSError {
	if (isTLSError(thrown)) return thrown;
	const message = thrownText(thrown);
	const isMemory = message.includes("not enough native memory");
	if (!isMemory && !message.includes("(PSA status ")) return new TLSError("internal", message);
	// without the name of the error's class
	const words = message.startsWith(ERROR_PREFIX) ? message.slice(ERROR_PREFIX.length) : message;
	return new TLSError(isMemory ? "out_of_memory" : "crypto", words);
}

/** Refuses an option: throws TLSError "configuration". The message names the option, and says what to give instead. */
export function refuse(message: string): never {
	throw new TLSError("configuration", message);
}

/*
	The system's errors in words. Plain JavaScript: setup.mjs needs it before anything is compiled, and the programs
	import it, too.
*/

/** @type {Readonly<Record<string, string>>} */
const words = {
	EACCES: "no permission",
	EADDRINUSE: "the port is in use",
	EADDRNOTAVAIL: "this machine has no such address",
	EBUSY: "it is in use",
	EDQUOT: "the disk quota is used up",
	EEXIST: "there is such a file already",
	EISDIR: "a folder, not a file",
	ELOOP: "its links lead in a circle",
	EMFILE: "too many files are open",
	ENAMETOOLONG: "the name is too long",
	ENFILE: "too many files are open",
	ENOENT: "no such file",
	ENOEXEC: "not a program for this machine",
	ENOMEM: "not enough memory",
	ENOSPC: "the disk is full",
	ENOTDIR: "a part of its path is not a folder",
	EPERM: "no permission",
	EROFS: "the disk is read-only",
	ETXTBSY: "the program is being written",
};

/**
 * Why a file could not be read or written, in words.
 * @param {any} error
 * @returns {string}
 */
export function fileProblem(error) {
	return words[error?.code] ?? String(error?.message ?? error);
}

/**
 * The file or port that an error of the system is about, and what it is. Undefined for any other error.
 * @param {any} error
 * @returns {string | undefined}
 */
export function systemSentence(error) {
	if (typeof error?.code !== "string" || typeof error.syscall !== "string") return undefined;
	const about = error.dest ?? error.path ?? (error.port === undefined ? error.syscall : `port ${error.port}`);
	return `${about}: ${fileProblem(error)}`;
}

/**
 * Why npm failed, from what it printed: the reason without its stack.
 * @param {string} printed
 * @returns {string}
 */
export function npmReason(printed) {
	const reason = /\breason: (.*)/.exec(printed)?.[1];
	if (reason) return reason.trim();
	const lines = printed.split("\n").map(line => line.replace(/^npm (?:error|ERR!) ?/, "").trim());
	const words = lines.filter(line => line !== "" && !/^(?:code|syscall|errno|path|at|A complete log) /.test(line));
	return words[0]?.replace(/^(?:Error: |[a-z]+ )(?=E[A-Z]+: )|\.$/g, "") ?? "npm said nothing";
}

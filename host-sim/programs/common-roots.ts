/*
	The roots of `npm run roots -- --common`: 40 keys that lead to most of the public web. Each has its SHA-256 of the
	SubjectPublicKeyInfo, and a name for people. Reviewed on 2026-11-29.

	How they were chosen: first the roots that exist for TLS alone, then those of the CAs that issue most certificates
	of servers and clouds. These are Let's Encrypt, Google, Amazon, DigiCert, Sectigo, GoDaddy, GlobalSign, Microsoft,
	SSL.com and IdenTrust. Of each there is what they issue from today and what cross-signs it, RSA and ECDSA. Left out
	are roots whose key is from before 2008, which Mozilla distrusts for websites since 2026-04-15. So are those of
	Entrust, whose new certificates Mozilla and Chrome refuse. Let's Encrypt's new roots YE and YR are in no list yet,
	of Node.js (2026-03-24), Debian 12 or Mozilla (certifi of 2026-07-22). They are cross-signed by X2 and X1, which are
	here. A list that has them gives them to the store by their names (`isUpcomingRoot`).

	It is a judgement, not a measurement: a device that talks to few servers is better served by --from with their
	roots. Sources: Mozilla's list as Node.js 20.20.2 has it (2026-03-24), and the dates of Mozilla's page "CA/Root CA
	Lifecycles".
*/

/**
 * True for a root whose key nobody could look up on the day of the review. `subject` has a line for each part, as
 * Node.js writes it.
 */
export function isUpcomingRoot(subject: string): boolean {
	const lines = subject.split("\n");
	return (
		lines.some(line => /^CN=(?:ISRG )?Root Y[ER]$/.test(line)) &&
		lines.some(line => /^O=(?:ISRG|Internet Security Research Group)$/.test(line))
	);
}

export const commonRoots: readonly (readonly [key: string, name: string])[] = [
	// for TLS alone
	["ae7f962cb9e6a7dbf7b833fb18fa9b71a89175df949c232b6a9ef7cb3df2bbfc", "GlobalSign Root R46"],
	["e04a022ce32f4ccf2c7f6046287b828a32a909f5e751447f83fd2c71f6fd8173", "GlobalSign Root E46"],
	["0e8bb18bbeefb381be21bfc1a206d317298462ad104855f04a0542699708d3d4", "Sectigo Public Server Authentication Root R46"],
	["b0b56335468561f5bb9fa12d801784a633a572705d34f32b643445dfa8b005d1", "Sectigo Public Server Authentication Root E46"],
	["6a97b51c8219e93e5dec64bad5806cdeb0f8355be47e757010b702456e01aafd", "DigiCert TLS RSA4096 Root G5"],
	["a02fafa192c8cb81cb1341554f9c05b71cca2a890b0d1298d683647c961efbdf", "DigiCert TLS ECC P384 Root G5"],
	["2bcf553a66f570900ddd32ba6dfe1ecc06c9182d662dc1b60e1f7b767c2bdd54", "SSL.com TLS RSA Root CA 2022"],
	["1bf00d5c8f13c094dd17e00504cf0888850f12fd067fa1f92c0fdbf60b86e321", "SSL.com TLS ECC Root CA 2022"],
	["693c9aa6b245b3b0261637750863eadb6c248a16e52d6f4bc90c86bbf32d7042", "HARICA TLS RSA Root CA 2021"],
	["fc784300ec8df4d3d1bad763835182918d52a9ff0238bdf695a1cd9bdb98321c", "HARICA TLS ECC Root CA 2021"],
	["0e05e9bb23869eb689dc56839dcec475a3ae75fa6b50bc5a4978360cbe673323", "Telekom Security TLS RSA Root 2023"],
	["eab0de5a46419010b01b2d55553fc111aa82b43d9395edfeaeaa8c76e6ad1995", "Telekom Security TLS ECC Root 2020"],
	["ebc978ae0dd9e5822d6b19652596f620c93d7caefa952191cb050a632ca9005f", "SwissSign RSA TLS Root CA 2022 - 1"],
	["3f93f3fcf79d225d213eef6a4a3f5885cf84fe3d7a7a3c11553517688c0e2100", "Certainly Root R1"],
	["1ef64625daa2e5d433d7449ae31a200d1025e0012a8fecfa70932f8b599b75dd", "Certainly Root E1"],
	// in wide use
	["0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3", "ISRG Root X1"],
	["762195c225586ee6c0237456e2107dc54f1efc21f61a792ebd515913cce68332", "ISRG Root X2"],
	["871a9194f4eed5b312ff40c84c1d524aed2f778bbff25f138cf81f680a7adc67", "GTS Root R1"],
	["9847e5653e5e9e847516e5cb818606aa7544a19be67fd7366d506988e8d84347", "GTS Root R4"],
	["fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2", "Amazon Root CA 1"],
	["7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461", "Amazon Root CA 2"],
	["36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9", "Amazon Root CA 3"],
	["f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5", "Amazon Root CA 4"],
	[
		"2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
		"Starfield Services Root Certificate Authority - G2",
	],
	["808d68b3fab4884a5f971ace7d10550d7a95a163774f3ec36afffb213fbe4c74", "Starfield Root Certificate Authority - G2"],
	["2a8f2d8af0eb123898f74c866ac3fa669054e23c17bc7a95bd0234192dc635d0", "Go Daddy Root Certificate Authority - G2"],
	["706bb1017c855c59169bad5c1781cf597f12d2cad2f63d1a4aa37493800ffb80", "GlobalSign Root CA - R3"],
	["682747f8ba621b87cdd3bc295ed5cabce722a1c0c0363d1d68b38928d2787f1e", "GlobalSign Root CA - R6"],
	["8bb593a93be1d0e8a822bb887c547890c3e706aad2dab76254f97fb36b82fc26", "DigiCert Global Root G2"],
	["b94c198300cec5c057ad0727b70bbe91816992256439a7b32f4598119dda9c97", "DigiCert Global Root G3"],
	["c784333d20bcd742b9fdc3236f4e509b8937070e73067e254dd3bf9c45bf4dde", "USERTrust RSA Certification Authority"],
	["2021917e98263945c859c43f1d73cb4139053c414fa03ca3bc7ee88614298f3b", "USERTrust ECC Certification Authority"],
	["82b5f84daf47a59c7ab521e4982aefa40a53406a3aec26039efa6b2e0e7244c1", "COMODO RSA Certification Authority"],
	["b2f7298b52bf2c3cac4ddfe72de4d682ac58957595982f2b62301af597c699c5", "Microsoft RSA Root Certificate Authority 2017"],
	["35f53ce1264611e03340fe37e1ec7d4cc986c5613dca70fd04aa44545f2daf28", "Microsoft ECC Root Certificate Authority 2017"],
	["07e854f26a7cbd389927aa041bfef1b6cd21dd143818ad947dc655a9e587fe88", "IdenTrust Commercial Root CA 1"],
	["d1c45377ebdcd618cd1651dc2e02c21d751e5aa9fcd1b3431ff6ecf6a31348fa", "SSL.com Root Certification Authority RSA"],
	["a320f4d534d7be97c1ae8dd0499735bc895c323add2d388bfccf662c23d7f99a", "SSL.com Root Certification Authority ECC"],
	["6b3b57e9ec88d1bb3d01637ff33c7698b3c9758255e9f01ea9178f3e7f3b2b52", "Certum Trusted Network CA 2"],
	["25d4913cf587097414d29d26f6c1b1942cd6d64eaf45d0fcf81526adba96d324", "Actalis Authentication Root CA"],
];

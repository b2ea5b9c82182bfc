/*
	Known answers for selftest.ts, in hex. "abc" and "Jefe" come from FIPS 180-4 and RFC 4231, `derived` from RFC 8448
	section 3. OpenSSL made the keys and computed the rest. `writeText` in selftest.ts makes the bytes that are hashed
	and encrypted.
*/

export interface Answers {
	/** The digests of "abc" and of 5,000 bytes. */
	readonly hashes: readonly { name: string; number: number; short: string; long: string }[];
	readonly hmacs: readonly { name: string; number: number; digest: string }[];
	/** HKDF-Expand-Label of the early secret of RFC 8448. */
	readonly derived: string;
	/** SHA-256 of one TLS 1.3 record of each size after the other; sequence number 5. */
	readonly aeads: readonly { name: string; number: number; keyLength: number; tag: number; digest: string }[];
	readonly groups: readonly {
		name: string;
		number: number;
		secret: string;
		publicKey: string;
		peer: string;
		shared: string;
	}[];
	/** Over "sample". */
	readonly signatures: readonly {
		name: string;
		scheme: number;
		hash: number;
		key: string;
		signature: string;
	}[];
	/** The private key of the first signature. */
	readonly signing: { name: string; secret: string };
}

export const answers: Answers = {
	hashes: [
		{
			name: "SHA-1",
			number: 2,
			short: "a9993e364706816aba3e25717850c26c9cd0d89d",
			long: "d24a12e5f523e404dad2296f9023bd868e2b1e1e",
		},
		{
			name: "SHA-256",
			number: 4,
			short: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			long: "1b5c855ff1052578ee7d262a7a7b784281ff77178d83435e3fc858874e8a5b10",
		},
		{
			name: "SHA-384",
			number: 5,
			short: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
			long: "8ef7a6db7bc8148a589f26d876d8492a9ff859a93a5c74cc92eb9aeb23e57b6b43d3876f2430c2a4f7e1cf6b76873b12",
		},
		{
			name: "SHA-512",
			number: 6,
			short:
				"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e" +
				"2a9ac94fa54ca49f",
			long:
				"e346e5849feb7251cd9996a3de3e6662d6234d6ca3b3d11952bf6f7ae416ce09a2814870bbb1a7ecfc8ae958def245a00fd12c2dc83afad7" +
				"e4f14bfaa5afbe8e",
		},
	],
	hmacs: [
		{ name: "HMAC-SHA-256", number: 4, digest: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{
			name: "HMAC-SHA-384",
			number: 5,
			digest: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
		},
	],
	derived: "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba",
	aeads: [
		{
			name: "AES-128-GCM",
			number: 1,
			keyLength: 16,
			tag: 16,
			digest: "afcdff101f18bea9d1aeb05a7374cc9e37f4cdc00be17705e1790af36c692008",
		},
		{
			name: "AES-256-GCM",
			number: 1,
			keyLength: 32,
			tag: 16,
			digest: "095f335f114bd57914e0cfa6dc5d371951ced7f5e4065c7eb55928195d2d351b",
		},
		{
			name: "ChaCha20-Poly1305",
			number: 2,
			keyLength: 32,
			tag: 16,
			digest: "3e0adabde64af71bd65a33df9255780eeae78a2ace7315766fcf96e6552012e5",
		},
		{
			name: "AES-128-CCM",
			number: 3,
			keyLength: 16,
			tag: 16,
			digest: "0737ac0811d50d555b8aa7ba287b9f5b57c4973e0ec866ba4d323338e6ce79b2",
		},
		{
			name: "AES-128-CCM-8",
			number: 4,
			keyLength: 16,
			tag: 8,
			digest: "6dd67a2c314a1a803447ef323841c6495ac1462b5bf08e43f36e125d37fd80f7",
		},
	],
	groups: [
		{
			name: "X25519",
			number: 29,
			secret: "77076d0a7318a57d3c16c17251b26645df4b3d3e9c0b3b0b1e1d1c1b1a191817",
			publicKey: "5d169bc427cff78ac31bab5727c9874b78901bbc0038c2108e8a199138b9a03a",
			peer: "57db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d421",
			shared: "6d0e5a9c23b870a78e5165c9a15b2a265640db90dfcc0a99cfafb0f46ff92810",
		},
		{
			name: "P-256",
			number: 23,
			secret: "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
			publicKey:
				"04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f" +
				"58389e0577b8990bb3",
			peer:
				"04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f" +
				"8353e74f33039872ab",
			shared: "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
		},
		{
			name: "P-384",
			number: 24,
			secret: "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
			publicKey:
				"04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9" +
				"cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
			peer:
				"04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571dcfbec7aacf319" +
				"6472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
			shared: "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746",
		},
	],
	signatures: [
		{
			name: "ECDSA P-256",
			scheme: 3,
			hash: 4,
			key:
				"044ed9311f42089d9cb67915bf124bef145f2e17ad4527ffb6e6a672c3f6d16aeb589089f9b9c157d18d27f93a7d201d29129c9033109a3a" +
				"c38731ea2a75487506",
			signature:
				"98468b5e5d49717a92adcdec4ac940196cf5f0b2fbcc0aec66c9e58dfe31bb25ff7495c001a3c9e5072b8f0e747c68c6e40b6f3a4f54d88d" +
				"ae3839b4c30eb1b1",
		},
		{
			name: "ECDSA P-384",
			scheme: 4,
			hash: 5,
			key:
				"0483ba188c266eaf611276245d3d43140e4ea29c407fbf4cdbb21a13c4236aa669f38fc33460e55646babeb9a6865f03e98e7815ab128905" +
				"79c81f93677de6e623d95843ce1b85a742ddf8d272761908aa3e52a9f81e16b431d037325481f3283a",
			signature:
				"083f9d92f6b00aa82d1cee965cea4b0672a7e7112f2d5e6565e2961390d8604b7c9a9c69d3785bdfeff71c91ec2ceb1c60fdf2e0201acff5" +
				"90395478434b3554aa4b7ce5f6ac334e3b239e6ed2783c6a6457f91b3c28985045d4e450a36156e1",
		},
		{
			name: "RSA-2048 PSS",
			scheme: 2,
			hash: 4,
			key:
				"3082010a0282010100b85d53466a73e267afe22d3979b8b92532875c594a27cd73c5bbe7871f94795bda2537eff86798e7bd10a6b0879f11" +
				"fb76be23805b8aa124f96319469b044b6ba5039e1594212db4385f4c2c49c9846befd7ca124a48f48e1cd65c194ee1dec1f37a7b2350577f" +
				"ae30517f34fe672626a50585ed2e70386d6fc01c623e696635a1e966f04512dddfb6e72709e9c374f3649b6dc6209ea67fd52f5defbdf9e5" +
				"1005a70d40769c1f787b81dd30512951f0731df21c64ef712b6adc859479d131b913b0e463a6c28094756870abf12be989ec16f22ef87ffc" +
				"79a5da021fd76bc9fe4e819511526318622665fc50d059d378dcd8aaccc44875f77e5cf8eb661127b70203010001",
			signature:
				"aa86600cda1cabb613bfc9f8a481af5bebe0ae716dbeeb114fb8b986be8ae1754dc9b01b074f57c42a4fefa9ec2e8d14c703f7c2f3d1dcb3" +
				"8e2ae0768884465ee1bc00f553be58f5920e8906e7ebf28e268e31f7bd5c59e812d977bb7b75ddd5b8fc34f6846cd3355326b317a2e56b0e" +
				"0a604184d1061b20238da738465b504a72a518776a4fd10b07b4a8c7a41be591209841b11f56fd0d16c2b783961630a6751840eb090be011" +
				"22f6cc9f82cade21ac411ec04cd89b89a56f85edd60087566af546c81886d1020f7a3e2706a1dbc5f162bc6879e9792996f5eb7b9891fc34" +
				"33fecf6736ef121fef4905bd7e096d9d7fba626991cf2d8bd64eb67c323a4bd5",
		},
		{
			name: "RSA-3072 PKCS #1",
			scheme: 1,
			hash: 5,
			key:
				"3082018a0282018100c5cad1a46327f58dda18ef14a35bf4b9baa714cce9367a2109125c0f210ba4547710991f72b5dd63cf8504b84a46ae" +
				"ce147a6a51002e9faddd3df419dd6388619be38856e0d6a63ec7c0e38fe0b77637c5bb92ece16f2364fa3e1b6028350ad3c22e16863d7092" +
				"d0d253ecd5f3d26e615d94631495f0ddf71a704cb7f16a0b7691fd0f7a3db09ec1093c2469d97a0bd07c1cb18cb0449b4bd98eb96ea46e28" +
				"fd0c9d593f8a44fed6feaf6b863cdeff370e101fdc3e1bf7a2f03ac2fdbf92597ffe94ee62444266174d9630af316f4b40bdf82d7ca2660c" +
				"15a751161e2be297ec99418c710d8ab44e79484dd1b606c236def009db20025e9c22c4d71cfc8fc974ec963507a39619a59ecfd3db9e5249" +
				"96d5b447aa2b76cef313fa299337c007ea60fa8dabbf3285e090d908adeff5ef98ca6ff7e70a5a09ce33f97c9570efb5b7e8e51309d36b8b" +
				"a24366e6638ae39a91c422136a15c1498f89af749bcfd83200aa7a332e076ac31bae7a8ff1ce199a81128b53b1dcb2fdba801fb21249c1d1" +
				"410203010001",
			signature:
				"1766c582e7366d52cb4cf3db40c685ee82dbf2e61fdaa6cb3770ded5643dd0fae1d7d9a074ddbe0040089d31211bc582224d9e08231c9d42" +
				"0735326845d4919d5ea882a6e42176070346d3c58fa775d94a31e1b1c2ec69b37f1891374531dea47468efbabfe9bc73416629ad88dc28a8" +
				"b51600102e5211ff5f5149c0d1eef4cc1680fda8fc7571eef7adc3f42e378f5ae6cb7c219bd914a09f109ec14358abf0852ecdd40232b503" +
				"f149ac34e3c59bdaf47fbfc30827750e65e245c227d33feb4078dba0fe4942365e41d43bfb527fdb9f8606d932a91d0dc901170c093ffd96" +
				"65363720684443f793b4d3b51141d8e1aadf7ceb784a57279ddd65cf9d93b539d6eb05a9d7d2957d956cdeb5dac733b4ff161595f1ba37bd" +
				"9bb094139375fed0d4f963bf56221042a52fd5a0103178a1b4893ac6b4c89bc7b4ddd4b95fe7c5720e7cb069f24ada490a727fdc7b4b7c19" +
				"cf48585aa2077056e6dfb24a67afbcda3d9d09f52d00cd539fb8f32ac886c6feecea4d71f0d3e98c536ddcf445caa1ed",
		},
		{
			name: "RSA-4096 PKCS #1",
			scheme: 1,
			hash: 4,
			key:
				"3082020a02820201009ba00581e50100d65cf33a7fe6f6e0d2f29710a579aa46b429becfdf6d6f6767c7f9b10c9d614e38cf71e51ed72805" +
				"71e442aff4143f677bbbe6f4b6f824c172ebe1d1d0b30e530110b15f5048393933e9bae835ade298cfab5eb4f58c6becf7fec2f90d965ec8" +
				"833b81d9a3dfc5d5acd40a255dacbbb82d542e93ed0d09afcb632ba258fcfa32ea3d0a87f9124be491444adf9e197b1c2bd82613c41b9575" +
				"bcd12812af8d3d3ac89fb5b8c7b5b84d11498745b349553dd9317f1453588e2fb643c3d60239a91016ebf8b14221e1f9295b4c7a8ab44a38" +
				"777eefb5fae4b44a91a2543757d4ea96568bdb3a549eea5e1dbe961c76bb874b987835d7620b7dc2887dbbf5152f72981d8bdab4164a5202" +
				"e61e1a67e26de98b7214b160b17d119dcc812d5e7b992aef17f156b0787ab00e8389735a574a9bab7a0d184f6ca2d7ef0b1709e1f8adb63a" +
				"ea5786f525d4c010f5b10c073f857f278136487db48071a962f715e390e8f8bf509ef4a4f17daef9d8cfa5f5606677b329994ac1b399cdce" +
				"2cde5daf762a9c54ca2f13a7a9f2e02d47b4fa83d7195875e563d8d30ad08d664b2e15e8036de87bb481da25b4441d2dc5c5c5d9906dc3d8" +
				"3d9b20c224aa51d52201aba3a524ce9588e7d447be6bfbacc9babcadec4503b8f41b335c4de25836055e49a00793ef8720d83fc12787edd0" +
				"c6f6d289e785ff0292b714e3805d07958b0203010001",
			signature:
				"6c9565712a9e3401826243f7724523c7f1c718ac7f8854a7c87f4d5c940f3e3644164a89de426274c91776f3640c6116e82e08e02e2f4cdc" +
				"a40c9342934bbd372693ba4dd501c306e86f2616f4fcf9fa779e8d4922bdaad35f486f393a5617eb5440041a2b69f93d4d2d2297b171bb29" +
				"015ff815ee602a7ba7018dd749952f69bd6eb2a5fc7ea23ed89ed21236a0bd263fb0caac2b9c5a4a7c9853fcc37a07c66d3c1c897ed703af" +
				"160a55af103f142e4767758c39f7f9451b8afa396ddc5f6b2eddab9859c3b8e93785d088385a1afc3492a077a161fd5dbd2f63dedb9b05e7" +
				"101a038ef6fc31521348ab8558ea720be169946af5e530966fa7f553698510b3d2c2149498333a2e52a8605e07b9c3bc8952d89b036dac57" +
				"5c44a563df6f0423ac68478bf4eace86774d12b1031cf29857af305ec957b0d8d09b390bfed8420bbb82f0a84c7eaccdeab9aa56a5254ed4" +
				"51fff1a876d2ed0bcb1f7bfb9fe284c83309f3dd3206f437373db4fa7d547165537880203029592fa8824b1e3ba391d65a3a14c06e40c250" +
				"1f1a61a4ae9f616f5b5c6a0996e7004c2e64a65148b3ddb629f6f1931453db42e1d94c67a1f2589f8a4b9361f15d77f5d79f46d53ffb5bdf" +
				"4e2bdf2b903069c06587db41f6caccae3274a169efcac2292057b8811e4fdbf56773a0a945eaae5e88a0bc44785430f589ef04fff92f8fd0" +
				"a58d179c922a2efc",
		},
	],
	signing: { name: "ECDSA P-256", secret: "5e831f81d6362dc2b657492a3b5e3ded06709d254eb0320a687eff166dfa473b" },
};

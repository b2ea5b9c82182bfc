/*
	"tls/hardware/sign" is not in a build without client certificates, but the types of what is left out need its types.
*/

export * from "../../../../hardware/sign";

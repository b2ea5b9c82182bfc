/*
	"mc/config": the manifests' `config`, with what the command line says in its place. The builder writes the module.
*/

declare const config: Readonly<Record<string, any>>;
export default config;

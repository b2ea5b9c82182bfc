/** Compiles the programs of a tsconfig.json and returns the folder that they are in; see programs.mjs. */
export function compilePrograms(config: string, folders: readonly string[]): string;
/** The folder of all that is built. */
export function buildFolder(): string;

/* What lies in ROM: written to by main.ts. */

export const bytes = Uint8Array.of(1, 2, 3);
export const object: { a: number } = { a: 1 };

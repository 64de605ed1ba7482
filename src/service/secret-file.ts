import { readFileSync } from "node:fs";

/** Reads a password from its file, without the line's end; spaces are its own. Throws an error that says why there is none. */
export function loadSecret(path: string): string {
  let secret: string;
  try {
    secret = readFileSync(path, "utf8").replace(/(\r?\n)+$/, "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read "${path}" (${reason})`, { cause: error });
  }
  if (secret === "") throw new Error(`"${path}" is empty, expected a password`);
  return secret;
}

/** A login's address as whoever connects wants it: with the password read anew, where a file has it. */
export function withReader<
  Address extends { password: string | undefined; passwordFile?: string | undefined },
>(address: Address): Address & { readonly readPassword?: () => string } {
  const { password, passwordFile } = address;
  if (password === undefined || passwordFile === undefined) return address;
  return { ...address, readPassword: createSecretReader(passwordFile, password) };
}

/** What the file holds at each call or, while somebody writes it, what it held before. */
function createSecretReader(path: string, first: string): () => string {
  let known = first;
  return () => {
    try {
      known = loadSecret(path);
    } catch {
      // It held one at the start.
    }
    return known;
  };
}

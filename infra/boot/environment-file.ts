/**
 * Lines from which systemd and a shell both read back exactly these values. Throws if a value is
 * one that they read differently.
 */
export function createEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      const problem = findUnwritable(value);
      if (problem !== undefined) throw new Error(`${name}: ${problem}`);
      return `${name}=${quote(value)}\n`;
    })
    .join("");
}

/** Why the value cannot be in the file, `undefined` if it can: both have no like way to write these. */
export function findUnwritable(value: string): string | undefined {
  return /\p{Cc}/u.test(value)
    ? `expected one line without control characters, got ${JSON.stringify(value)}`
    : undefined;
}

function quote(value: string): string {
  if (/^[\w%+,./:=@-]*$/.test(value)) return value;
  return `"${value.replaceAll(/["$\\`]/g, "\\$&")}"`;
}

import { closest } from "fastest-levenshtein";

/** Of AWS' provider, and of the engine itself. */
const foreign = ["aws", "pulumi"];

/**
 * What is wrong with the names in the configuration that Pulumi hands over, such as
 * `tripod:workerCount`: nothing else would tell of one that nobody reads.
 */
export function findUnread(
  keys: readonly string[],
  project: string,
  settings: readonly string[],
): string[] {
  const known = settings.map((name) => `${project}:${name}`);
  return keys
    .filter((key) => !foreign.includes(key.split(":", 1)[0] ?? "") && !known.includes(key))
    .map((key) => `${key}: no such setting, expected one such as ${closest(key, known)}`);
}

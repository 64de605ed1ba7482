import { closest } from "fastest-levenshtein";

/**
 * What is wrong with the names in the configuration that Pulumi hands over, such as
 * `tripod:workerCount`: nothing else would tell of one that nobody reads. Those of other namespaces are
 * for providers, but for one that a setting of ours was written with.
 */
export function findUnread(
  keys: readonly string[],
  project: string,
  settings: readonly string[],
): string[] {
  const known = settings.map((name) => `${project}:${name}`);
  const isMeant = (key: string) => {
    const [namespace, name = ""] = key.split(":");
    return namespace === project || settings.includes(name);
  };
  return keys
    .filter((key) => isMeant(key) && !known.includes(key))
    .map((key) => `${key}: no such setting, expected one such as ${closest(key, known)}`);
}

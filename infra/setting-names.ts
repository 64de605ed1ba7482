import { closest } from "fastest-levenshtein";
import { type SettingName, settingNames, settings } from "./settings.ts";

/** What `pulumi config` holds, by keys such as `tripod:workerCount`; an object is JSON. */
export type StackConfig = Readonly<Record<string, string>>;

/** What the shipped stack file and the documents have before a setting, whatever the project is called. */
const ownNamespace = "tripod";

export interface CollectedSettings {
  /** Those that are not written have their defaults. */
  readonly values: Readonly<Record<SettingName, string>>;
  /** The key that a setting was written with, or would be. */
  readonly keyOf: (name: SettingName) => string;
  /** What is wrong with the keys, a line each. */
  readonly problems: readonly string[];
}

/** Finds each setting under the project's name or under `tripod`, and every key that nobody reads. */
export function collectSettings(config: StackConfig, project: string): CollectedSettings {
  const namespaces = [...new Set([project, ownNamespace])];
  const keysOf = (name: string) => namespaces.map((namespace) => `${namespace}:${name}`);
  const keyOf = (name: SettingName) =>
    keysOf(name).find((key) => key in config) ?? `${project}:${name}`;

  const values = Object.fromEntries(
    settingNames.map((name) => [name, config[keyOf(name)] ?? settings[name].default]),
  ) as Record<SettingName, string>;
  return {
    values,
    keyOf,
    problems: [
      ...findUnread(Object.keys(config), namespaces, settingNames.flatMap(keysOf)),
      ...settingNames.flatMap((name) => findContradiction(config, keysOf(name))),
    ],
  };
}

/**
 * Nothing else would tell of a key that nobody reads. Those of other namespaces are for providers, but
 * for one that a setting of ours was written with.
 */
function findUnread(
  keys: readonly string[],
  namespaces: readonly string[],
  known: readonly string[],
): string[] {
  const isMeant = (key: string) => {
    const [namespace = "", name = ""] = key.split(":");
    return namespaces.includes(namespace) || Object.hasOwn(settings, name);
  };
  return keys
    .filter((key) => isMeant(key) && !known.includes(key))
    .map((key) => `${key}: no such setting, expected one such as ${closest(key, known)}`);
}

/** The same setting under two keys is one only where the values are the same. */
function findContradiction(config: StackConfig, keys: readonly string[]): string[] {
  const [key, other] = keys.filter((each) => each in config);
  if (key === undefined || other === undefined || config[key] === config[other]) return [];
  return [
    `${key}: expected the value of ${other}, got another; "pulumi config rm ${other}" leaves this one`,
  ];
}

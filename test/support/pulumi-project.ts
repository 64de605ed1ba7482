import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

export const repository = join(import.meta.dirname, "../..");

export interface PulumiProject {
  readonly name: string;
  readonly main: string;
  readonly runtime: {
    readonly name: string;
    readonly options: { readonly typescript: boolean; readonly nodeargs: string };
  };
  /** What `pulumi new` asks for. */
  readonly template: {
    readonly config: Readonly<Record<string, { readonly default: string }>>;
  };
}

export async function loadPulumiProject(): Promise<PulumiProject> {
  const project: PulumiProject = parse(await readFile(join(repository, "Pulumi.yaml"), "utf8"));
  return project;
}

/** Configuration as the Pulumi CLI hands it to the program: it puts the project's name before plain keys. */
export function createStackConfig(
  project: string,
  values: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key.includes(":") ? key : `${project}:${key}`,
      value,
    ]),
  );
}

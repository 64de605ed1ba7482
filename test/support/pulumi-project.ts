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
  readonly config: Readonly<
    Record<
      string,
      { readonly type: string; readonly default: unknown; readonly description: string }
    >
  >;
}

export async function loadPulumiProject(): Promise<PulumiProject> {
  const project: PulumiProject = parse(await readFile(join(repository, "Pulumi.yaml"), "utf8"));
  return project;
}

/** Configuration as the Pulumi CLI hands it to the program: defaults of the project, then the stack's. */
export function createStackConfig(
  { name, config }: PulumiProject,
  values: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const defaults = Object.entries(config).map(
    ([key, spec]) =>
      [key, spec.type === "object" ? JSON.stringify(spec.default) : String(spec.default)] as const,
  );
  return Object.fromEntries(
    [...defaults, ...Object.entries(values)].map(([key, value]) => [`${name}:${key}`, value]),
  );
}

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AwsCall, AwsState } from "./aws-main.ts";
import type { Lab } from "./lab.ts";
import { router } from "./network.ts";

export interface Aws {
  /** Every call to S3 and SSM so far. */
  readonly calls: readonly AwsCall[];
  update(state: AwsState): Promise<void>;
}

/** Plays S3, SSM and the metadata service in the lab; its state is kept in the folder. */
export async function startAws(lab: Lab, folder: string, state: AwsState): Promise<Aws> {
  const file = join(folder, "aws.json");
  const update = (next: AwsState) => writeFile(file, JSON.stringify(next));
  await update(state);

  const program = join(import.meta.dirname, "aws-main.ts");
  const server = lab.start([process.execPath, program, file], {
    network: router,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (server.stdout === null) throw new Error("aws has no output");
  const lines = createInterface({ input: server.stdout });
  await once(lines, "line");
  const calls: AwsCall[] = [];
  lines.on("line", (line) => calls.push(JSON.parse(line)));
  return { calls, update };
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createUsers } from "../../infra/boot/redis-users.ts";
import { findReachable } from "../../infra/release/reachable.ts";
import { repository } from "./pulumi-project.ts";

const unused = "0".repeat(64);

/** The commands that a user of Redis may run, subcommands as `command|subcommand`. */
export function readAllowed(user: "producer" | "worker" | "monitor"): string[] {
  const users = createUsers({ producer: unused, worker: unused, monitor: unused });
  const line = users.find((each) => each.startsWith(`${user} `)) ?? "";
  return line.split(" ").flatMap((rule) => (rule.startsWith("+") ? [rule.slice(1)] : []));
}

/** The commands that the scripts in these sources name. */
function findScriptCommands(sources: readonly string[]): Set<string> {
  const calls = sources.join("\n").matchAll(/(?:rcall|redis\.p?call|pcall)\(\s*["'](\w+)["']/g);
  return new Set([...calls].map(([, command = ""]) => command.toLowerCase()));
}

/** The commands of BullMQ's scripts. */
export function readBullScripts(): Set<string> {
  const folder = new URL("./scripts/", import.meta.resolve("bullmq"));
  const files = readdirSync(fileURLToPath(folder));
  return findScriptCommands(files.map((file) => readFileSync(new URL(file, folder), "utf8")));
}

/** What a service loads and never runs: jobs that jobs submit take no places of clients. */
const unrun = { producer: [], worker: ["src/queue/client-jobs.ts", "src/queue/joint-adds.ts"] };

/** The commands of our scripts that a service reaches. */
export async function readOwnScripts(service: "producer" | "worker"): Promise<Set<string>> {
  const { files } = await findReachable(repository, [`src/${service}/main.ts`]);
  const without: readonly string[] = unrun[service];
  const sources = files.filter((file) => file.endsWith(".ts") && !without.includes(file));
  return findScriptCommands(sources.map((file) => readFileSync(join(repository, file), "utf8")));
}

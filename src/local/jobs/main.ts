import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { endpoints } from "../../contract/topology.ts";
import { readDeployment } from "../deployment.ts";
import { readArguments } from "./arguments.ts";
import { runCommand } from "./run.ts";

const project = resolve(import.meta.dirname, "../../..");

const typed = readArguments(process);
// Who reads the output may go first, as head does.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
const stopping = new AbortController();
const stop = () => stopping.abort();
process.on("SIGINT", stop).on("SIGTERM", stop);
const deployment = readDeployment(resolve(project, process.env.TRIPOD_DATA || ".tripod"));
process.exitCode = await runCommand(typed, {
  address:
    process.env.TRIPOD_URL || (deployment?.url ?? `http://localhost:${endpoints.public.localPort}`),
  token: process.env.TRIPOD_TOKEN || undefined,
  signal: stopping.signal,
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => text(process.stdin),
});
process.off("SIGINT", stop).off("SIGTERM", stop);

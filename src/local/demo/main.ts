import { resolve } from "node:path";
import { readCommandLine } from "../../service/command-line.ts";
import { readToken, withToken } from "../../client/token.ts";
import { loadConfig } from "../../service/config.ts";
import { endpoints } from "../../contract/topology.ts";
import { readDeployment } from "../deployment.ts";
import { isAlive, loadOfferedTasks, submit } from "./client.ts";
import { type Control, openControl } from "./control.ts";
import { createLedger } from "./ledger.ts";
import { createPlan } from "./plan.ts";
import { createSummary } from "./report.ts";
import { refresh, runDemo } from "./run.ts";
import { createSubmissions } from "./submissions.ts";

const project = resolve(import.meta.dirname, "../../..");
/** For one more look at the jobs, even when Ctrl-C has ended everything else. */
const lastLookMs = 10_000;

const { values } = readCommandLine(process, {
  usage: "npm run demo [-- --seconds N]",
  about: [
    "Puts mixed load on the queue that npm start runs, for 120 s or as long as --seconds says, and",
    "tells what became of every job. TRIPOD_URL names another queue's address, and TRIPOD_TOKEN has",
    "the token to send along, where one is asked for.",
  ],
  options: { seconds: { type: "string", default: "120" } },
});
try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Plays the demo and answers with the exit code: 1 when a job was lost. */
async function run(): Promise<number> {
  const seconds = parseSeconds(values.seconds);
  const deployment = readDeployment(resolve(project, process.env.TRIPOD_DATA || ".tripod"));
  const url = (
    process.env.TRIPOD_URL ||
    (deployment?.url ?? `http://localhost:${endpoints.public.localPort}`)
  ).replace(/\/+$/, "");
  if (!(await isAlive(url))) {
    throw new Error(
      `nothing answers at "${url}": start it with "npm start", or set TRIPOD_URL to where it is`,
    );
  }

  const token = readToken(undefined);
  const server = { url, fetch: withToken(fetch, token), hasToken: token !== undefined };
  const next = createSubmissions(await loadOfferedTasks(url));
  const stopping = new AbortController();
  // Not only once: npm passes on the Ctrl-C that this process gets as well.
  process.on("SIGINT", () => stopping.abort());
  process.on("SIGTERM", () => stopping.abort());
  const ledger = createLedger();
  ledger.submit();
  const firstId = await submit(server, next("success"), stopping.signal);
  if (firstId === "refused") ledger.refuse();
  else ledger.take(firstId);
  let control: Control | undefined;
  try {
    control = await openControl({
      url,
      deployment,
      givenRedis: process.env.REDIS_URL ? loadConfig(process.env).redis : undefined,
      knownJobId: firstId,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`nothing is paused or restarted: ${reason}`);
  }

  console.log(`${seconds} s of load on ${url}; watch it at ${url}/overview\n`);
  const deps = { server, control, ledger, print: (line: string) => console.log(line) };
  try {
    await runDemo({ ...deps, signal: stopping.signal }, createPlan(seconds, next));
  } finally {
    control?.close();
    stopping.abort();
  }
  const lastLook = AbortSignal.timeout(lastLookMs);
  await refresh({ ...deps, signal: lastLook }).catch((error: unknown) => {
    if (!lastLook.aborted) throw error;
  });
  console.log(createSummary(ledger).join("\n"));
  return ledger.lost.length === 0 ? 0 : 1;
}

function parseSeconds(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`--seconds: expected a whole number from 1 to 9999, got "${text}"`);
}

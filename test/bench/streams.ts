import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { paths } from "../../src/contract/paths.ts";
import { ask } from "../support/ask.ts";
import { programEnvironment } from "../support/program-environment.ts";
import { quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { type Service, startProducer, startWorker } from "./services.ts";

const samples = 1_000;
const warmUps = 200;
const body = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };
const sender = { agent: new Agent({ keepAlive: true }), localAddress: "127.0.0.1" };

// How long it takes from sending a job that does nothing to the final event of its stream: alone,
// and beside half of the jobs that a worker drains in the same run. And what it takes of a
// processor to keep 2,000 streams from falling silent.
const redis = await startRedis();
const services: Service[] = [];
try {
  const producer = await startProducer(redis.url);
  services.push(producer, await startWorker(redis.url));
  await followJobs(producer, warmUps);
  print("idle", await followJobs(producer, samples));
  const drained = await printed(startScript("load-run.ts", "drain", redis.url));
  process.stdout.write(`a worker drains ${Math.round(drained)} jobs/s\n`);
  const load = startScript("load-run.ts", "load", redis.url, String(drained / 2));
  const times = await followJobs(producer, warmUps)
    .then(() => followJobs(producer, samples))
    .finally(() => load.kill("SIGTERM"));
  print(`beside ${Math.round(await printed(load))} jobs/s`, times);
} finally {
  sender.agent.destroy();
  await Promise.all(services.map((service) => service.stop()));
  await redis.remove();
}
const busy = await printed(startScript("silence-run.ts"));
process.stdout.write(`2,000 silent streams take ${(busy * 100).toFixed(1)} % of a processor\n`);

/** In ms, one after the other. */
async function followJobs({ url }: Service, count: number): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count) {
    const sentAt = performance.now();
    const sent = await ask(url + paths.api, { ...sender, method: "POST" }, body);
    if (sent.status !== 202) throw new Error(`expected 202, got ${sent.status}`);
    const { links } = JSON.parse(sent.body) as { links: { events: string } };
    // Its stream ends with the final event.
    const told = await ask(url + links.events, sender);
    times.push(performance.now() - sentAt);
    if (!told.body.includes('"status":"succeeded"')) throw new Error(`no end in "${told.body}"`);
  }
  return times;
}

function print(when: string, times: readonly number[]): void {
  const figures = [0.5, 0.95, 0.99].map(
    (share) => `p${share * 100} ${quantile(times, share).toFixed(1)} ms`,
  );
  process.stdout.write(`${when}: ${figures.join(", ")} of ${times.length} jobs\n`);
}

function startScript(name: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, name), ...args], {
    env: programEnvironment,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The figure that the script prints at its end. */
async function printed(script: ChildProcess): Promise<number> {
  if (script.stdout === null) throw new Error("the script prints nothing");
  const exit = once(script, "exit");
  const output = await text(script.stdout);
  const [code] = await exit;
  if (code !== 0) throw new Error(`the script exited with ${code}`);
  return Number(output);
}

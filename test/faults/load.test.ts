import { once } from "node:events";
import { Agent, request } from "node:http";
import { paths } from "../../src/contract/paths.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";
import { tellProgress } from "./progress.ts";

interface Answer {
  readonly status: number | undefined;
  readonly ms: number;
}

fault(
  {
    id: "F21",
    name: "clients submit as fast as they are answered",
    // Other tests use the same processors meanwhile, so that speed can only be judged at full size.
    short: { seconds: 2, clients: 4, least: 20, p99Ms: 2_000, timeoutMs: 60_000 },
    full: { seconds: 20, clients: 16, least: 1_000, p99Ms: 50, timeoutMs: 90_000 },
  },
  async ({ seconds, clients, least, p99Ms }, measure) => {
    const redis = await ownRedis();
    // No worker takes any of it, and it is not the limit that is measured.
    const producer = await spawnProducer(redis.url, { MAX_QUEUE_DEPTH: "10000000" });
    const answers: Answer[] = [];
    tellProgress("F21", () => `${answers.length} answers`);
    // A process that has just started is slow.
    await submitFor(seconds / 10, { url: producer.url, clients, answers: [] });
    await submitFor(seconds, { url: producer.url, clients, answers });
    const times = answers.map(({ ms }) => ms).toSorted((one, other) => one - other);
    measure.atLeast("POST answered", least, answers.length / seconds, "/s");
    measure.atMost(
      "99 % within",
      p99Ms,
      times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN,
      "ms",
    );
    measure.exactly("answers but 202", 0, answers.filter(({ status }) => status !== 202).length);
  },
);

/** Every client sends its next submission on its own connection as soon as it has its answer. */
async function submitFor(
  seconds: number,
  { url, clients, answers }: { url: string; clients: number; answers: Answer[] },
): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  const body = JSON.stringify({ task: "quotient", input: { x: 10, y: 2, delayMs: 0 } });
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (performance.now() < until) {
      const startedAt = performance.now();
      const sent = request(`${url}${paths.api}`, {
        agent,
        method: "POST",
        headers: { "content-type": "application/json", "content-length": body.length },
      });
      sent.end(body);
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "end");
      answers.push({ status: response.statusCode, ms: performance.now() - startedAt });
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: clients }, client));
}

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { paths } from "../../src/contract/paths.ts";
import { type Answer, ask } from "../support/ask.ts";
import { until } from "../support/until.ts";

// Attacks a producer in five ways at once, in each from so many addresses, until it is told to stop;
// prints "under way" once an attempt of each has ended, and at the stop how all of them ended:
// `{ "<attack>: <status, or cut>": count }`.
const { values } = parseArgs({
  options: { url: { type: "string" }, addresses: { type: "string" } },
});
const url = values.url ?? "";
const { hostname, port } = new URL(url);
const outcomes: Record<string, number> = {};

/** Before it is tried again after a cut. */
const pauseMs = 10;
const plainGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const longUrl = `${url}/${"x".repeat(8_000)}`;
const longJob = { task: "quotient", input: { x: 1, y: 1, delayMs: 60_000 } };

const tried = new Set<string>();

type Attempt = () => Promise<string>;
interface Attack {
  readonly name: string;
  /** How often it is under way at the same time, from one address. */
  readonly places: number;
  readonly prepare: (localAddress: string) => Promise<Attempt> | Attempt;
}

const attacks: readonly Attack[] = [
  {
    name: "ask 990 times at once",
    places: 20,
    prepare: (localAddress) => () => write(localAddress, plainGet.repeat(990), "read"),
  },
  {
    name: "read a waiting job",
    places: 2,
    async prepare(localAddress) {
      const from = { localAddress, agent: new Agent({ keepAlive: true }) };
      // Others attack already, and a busy Redis may answer late.
      const own = await until("a job to read", async () => {
        const { status, body } = await ask(url + paths.api, { ...from, method: "POST" }, longJob);
        return status === 202 && `${url}${paths.api}/${JSON.parse(body).id}`;
      });
      return async () => statusOf(await ask(own, from));
    },
  },
  {
    name: "hold connections",
    places: 500,
    prepare: (localAddress) => () => write(localAddress, plainGet, "leave unread"),
  },
  {
    name: "submit a minute of work",
    places: 4,
    prepare(localAddress) {
      const from = { localAddress, agent: new Agent({ keepAlive: true }), method: "POST" };
      return async () => statusOf(await ask(url + paths.api, from, longJob));
    },
  },
  {
    name: "ask for a trace of long texts",
    places: 4,
    prepare(localAddress) {
      const from = { localAddress, agent: new Agent({ keepAlive: true }) };
      return async () => {
        const traceparent = `00-${randomBytes(16).toString("hex")}-b7ad6b7169203331-01`;
        return statusOf(await ask(longUrl, { ...from, headers: { traceparent } }));
      };
    },
  },
];

process.once("SIGTERM", () => {
  process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));
});
for (const [index, attack] of attacks.entries()) {
  for (let host = 1; host <= Number(values.addresses); host += 1) {
    void repeat(attack, `127.0.${index + 1}.${host}`);
  }
}

/** Attacks from one address, again and again. */
async function repeat({ name, places, prepare }: Attack, localAddress: string): Promise<void> {
  const attempt = await prepare(localAddress);
  const goOn = async () => {
    for (;;) {
      const outcome = await attempt().catch(() => "cut");
      const key = `${name}: ${outcome}`;
      outcomes[key] = (outcomes[key] ?? 0) + 1;
      tellFirst(name);
      if (outcome === "cut") await sleep(pauseMs);
    }
  };
  for (let place = 0; place < places; place += 1) void goOn();
}

function tellFirst(name: string): void {
  if (tried.has(name)) return;
  tried.add(name);
  if (tried.size === attacks.length) process.stdout.write("under way\n");
}

function statusOf({ status }: Answer): string {
  return String(status);
}

/** Sends the text on a connection of its own, and stays until that is cut. */
async function write(
  localAddress: string,
  text: string,
  answers: "read" | "leave unread",
): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  socket.on("error", () => undefined);
  if (answers === "read") socket.resume();
  socket.write(text);
  await once(socket, "close");
  return "cut";
}

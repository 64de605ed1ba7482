import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import Koa from "koa";
import { createEventStreams, respondWithEvents } from "../../src/producer/http/event-stream.ts";

const count = 2_000;
/** The comments of streams that were opened at once are spread by then. */
const settleMs = 10_000;
const measuredMs = 20_000;

// Run by streams.ts: prints the share of a processor that streams take on which nothing happens.
const streams = createEventStreams(count);
const { promise: opened, resolve } = Promise.withResolvers<void>();
let open = 0;
const app = new Koa();
// It would print that all readers have left at the end.
app.silent = true;
app.use((ctx) => {
  const stream = streams.open();
  stream.send({ event: "status", data: "{}" });
  respondWithEvents(ctx, stream.body);
  open += 1;
  if (open === count) resolve();
});
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const script = new URL("./silence-readers.ts", import.meta.url).pathname;
const args = [script, String(port), String(count)];
const readers = spawn(process.execPath, args, { stdio: "inherit" });
await opened;
await sleep(settleMs);

const before = process.cpuUsage();
const startedAt = performance.now();
await sleep(measuredMs);
const { user, system } = process.cpuUsage(before);
const share = (user + system) / 1_000 / (performance.now() - startedAt);
readers.kill("SIGTERM");
await once(readers, "exit");
process.stdout.write(`${share}\n`);
process.exit();

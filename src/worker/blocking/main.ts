import { parentPort, workerData } from "node:worker_threads";
import { clockMs, createClocks } from "./clocks.ts";
import { endOfThread } from "../../service/thread-end.ts";
import type { GuardOrders } from "./lock-guard.ts";
import type { LockRenewal } from "./lock-renewal.ts";

/** From then on the locks may need it: BullMQ renews them when half of their time is over, at the latest. */
const noticeMs = 250;

const orders = workerData as GuardOrders;
const clocks = createClocks(orders.memory);
let seen = clocks.read("main");
let movedAt = performance.now();
let renewal: Promise<LockRenewal> | undefined;
let renewing = false;

setInterval(() => {
  clocks.advance("guard");
  const now = performance.now();
  const count = clocks.read("main");
  if (count !== seen) {
    seen = count;
    movedAt = now;
    return;
  }
  if (now - movedAt < noticeMs || renewing) return;
  renewing = true;
  void renew(now - movedAt).finally(() => {
    renewing = false;
  });
}, clockMs);

parentPort?.on("message", (message: typeof endOfThread) => {
  if (message === endOfThread) void Promise.allSettled([renewal]).then(() => process.exit());
});

async function renew(blockedMs: number): Promise<void> {
  // Loaded only now: most workers never need it, and it takes 30 MB.
  renewal ??= import("./lock-renewal.ts").then(({ openLockRenewal }) =>
    openLockRenewal(orders, { write: (line) => parentPort?.postMessage(line, []) }),
  );
  await (await renewal).renew(blockedMs);
}

import { once } from "node:events";
import { Worker as Thread } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { endOfThread, endThread } from "../../src/service/thread-end.ts";

/** A thread of this source, which goes with the test. */
function startThread(source: string) {
  const thread = new Thread(source, { eval: true });
  onTestFinished(async () => void (await thread.terminate()));
  return { thread, terminate: vi.spyOn(thread, "terminate") };
}

const listening = `
  const { parentPort } = require("node:worker_threads");
  parentPort.on("message", (message) => {
    if (message === "${endOfThread}") process.exit();
  });
`;

test("a thread that is still loading when it is told to end does so once it has loaded", async () => {
  const { thread, terminate } = startThread(`
    for (const until = Date.now() + 500; Date.now() < until; );
    ${listening}
  `);
  const exited = once(thread, "exit");
  await endThread(thread);
  expect(await exited).toEqual([0]);
  expect(terminate).not.toHaveBeenCalled();
});

test("a thread that has ended is not waited for", async () => {
  const { thread, terminate } = startThread("");
  await once(thread, "exit");
  await endThread(thread, 600_000);
  expect(terminate).not.toHaveBeenCalled();
});

test("a thread that does not end is terminated", async () => {
  const { thread, terminate } = startThread("for (;;);");
  await once(thread, "online");
  const exited = once(thread, "exit");
  await endThread(thread, 200);
  expect(await exited).toEqual([1]);
  expect(terminate).toHaveBeenCalledOnce();
});

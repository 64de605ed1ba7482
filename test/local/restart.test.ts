import { expect, test, vi } from "vitest";
import { startLauncher } from "../support/launcher.ts";

vi.setConfig({ testTimeout: 30_000 });

test.for(["worker", "producer", "redis"])("starts a %s that was killed again", async (name) => {
  const launcher = await startLauncher();
  await launcher.untilOutput("Ctrl-C drains");
  const before = await launcher.submit({ x: 10, y: 2, delayMs: 1_000 });
  const killed = launcher.process(name);

  process.kill(killed.pid, "SIGKILL");
  const output = await launcher.untilOutput("ended (SIGKILL), starts again in 1 s");
  expect(output).toContain(`${name.padEnd(8)} | ended (SIGKILL)`);

  await expect.poll(() => launcher.process(name).pid, { timeout: 5_000 }).not.toBe(killed.pid);
  await expect
    .poll(() => launcher.read(before).catch(String), { timeout: 15_000 })
    .toMatchObject({ status: "succeeded", result: 5 });
  const after = await launcher.submit({ x: 9, y: 3, delayMs: 0 });
  await expect.poll(() => launcher.read(after)).toMatchObject({ status: "succeeded", result: 3 });
});

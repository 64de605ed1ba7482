import { expect, test } from "vitest";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startLauncher } from "../support/launcher.ts";
import { until } from "../support/until.ts";

test.for(["worker", "producer", "redis"])(
  "starts a killed %s again, with its jobs",
  async (name) => {
    const { url, process: find, untilOutput } = await startLauncher();
    await untilOutput("Ctrl-C drains");
    const before = await submitDivision(url, { x: 10, y: 2, delayMs: 1_000 });
    const killed = find(name);

    process.kill(killed.pid, "SIGKILL");
    await untilOutput(`${name.padEnd(8)} | ended (SIGKILL), starts again in 1 s`);
    await until("the next process", () => find(name).pid !== killed.pid);

    expect(await untilFinal(url, before.id)).toMatchObject({ status: "succeeded", result: 5 });
    const after = await until("a submission to be taken", () =>
      submitDivision(url, { x: 9, y: 3 }),
    );
    expect(await untilFinal(url, after.id)).toMatchObject({ status: "succeeded", result: 3 });
  },
);

import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type RunningProcess, descendantsOf, stillRunning } from "../support/process-tree.ts";
import { until } from "../support/until.ts";
import { keptHosts, listHosts } from "./inventory.ts";
import { changesOf } from "./steps.ts";
import { useDeployment, whyNoPulumi } from "./story.ts";

const obstacle = whyNoPulumi();
const up = ["up", "--yes", "--skip-preview"] as const;

function variablesOf({ pid }: RunningProcess): string[] {
  return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
}

describe.skipIf(obstacle)(`an interrupted deployment (${obstacle ?? "here"})`, () => {
  const deployment = useDeployment({ monitoring: "false" });

  test("is locked by an up that was killed half way", async () => {
    const { aws, countHeld, folder, hold, pulumi, run, start } = deployment();
    await pulumi(...up);
    const before = await listHosts(aws);
    appendFileSync(join(folder, "src/worker/main.ts"), "\n// Another release.\n");

    await hold("RunInstances");
    const child = start(...up);
    const exit = once(child, "exit");
    await until("producer and worker to be asked for", async () => (await countHeld()) === 2);
    const processes = descendantsOf(child.pid ?? 0);
    expect(processes.map(({ command }) => command).join("\n")).toContain("aws-provider-main.ts");
    // Set by the configuration of this suite, as a deployer has them.
    const foreign = processes.flatMap(variablesOf).filter((line) => line.includes("the-deployers"));
    expect(foreign).toEqual([]);

    child.kill("SIGKILL");
    for (const { pid } of processes) process.kill(pid, "SIGKILL");
    await exit;
    await until("all of it to be gone", () => stillRunning(processes).length === 0);
    await hold(null);

    expect(keptHosts(before, await listHosts(aws))).toEqual(["producer", "redis", "worker-1"]);
    const { exitCode, output } = await run(...up);
    expect(exitCode).not.toBe(0);
    expect(output).toContain("the stack is currently locked");
  });

  test("goes on after pulumi cancel", async () => {
    const { aws, pulumi, run } = deployment();
    const before = await listHosts(aws);
    await pulumi("cancel", "--yes");
    const { exitCode, output } = await run(...up);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    const after = await listHosts(aws);
    expect(Object.keys(after).toSorted()).toEqual(["producer", "redis", "worker-1"]);
    expect(keptHosts(before, after)).toEqual(["redis"]);
  });

  test("starts a worker again that somebody has terminated, once Pulumi has looked", async () => {
    const { aws, pulumi } = deployment();
    const before = await listHosts(aws);
    await aws("ec2", "TerminateInstances", { InstanceIds: [before["worker-1"]?.id] });
    const { steps } = await pulumi("refresh", "--yes", "--skip-preview");
    expect(changesOf(steps)).toHaveProperty("refresh");
    const { steps: made } = await pulumi(...up);
    expect(changesOf(made)).toEqual({ create: ["Instance worker-1"] });
    expect(keptHosts(before, await listHosts(aws))).toEqual(["producer", "redis"]);
  });
});

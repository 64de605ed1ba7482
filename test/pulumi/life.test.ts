import { describe, expect, test } from "vitest";
import { listBackups, listEverything, listHosts } from "./inventory.ts";
import { changesOf } from "./steps.ts";
import { useDeployment, whyNoPulumi } from "./story.ts";

const obstacle = whyNoPulumi();

describe.skipIf(obstacle)(`a deployment from first to last (${obstacle ?? "here"})`, () => {
  const deployment = useDeployment();
  let empty: Record<string, unknown>;

  test("begins with every host running", async () => {
    const { aws, pulumi } = deployment();
    empty = await listEverything(aws);
    const { steps } = await pulumi("up", "--yes", "--skip-preview");
    expect(Object.keys(changesOf(steps))).toEqual(["create"]);
    const hosts = await listHosts(aws);
    const types = Object.entries(hosts).map(([name, { state, type }]) => [name, [state, type]]);
    expect(Object.fromEntries(types)).toEqual({
      monitor: ["running", "t4g.small"],
      producer: ["running", "t4g.micro"],
      redis: ["running", "t4g.micro"],
      "worker-1": ["running", "t4g.micro"],
    });
  });

  test("is not changed by a second up", async () => {
    const { aws, pulumi } = deployment();
    const before = await listEverything(aws);
    const { steps } = await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(changesOf(steps)).toEqual({});
    expect(await listEverything(aws)).toEqual(before);
  });

  test("keeps the broker's volume from a destroy, which touches nothing", async () => {
    const { aws, run } = deployment();
    const before = await listEverything(aws);
    const { exitCode, output } = await run("destroy", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("pulumi state unprotect");
    expect(await listEverything(aws)).toEqual(before);
  });

  test("leaves a last snapshot of the jobs behind once the volume may go, and nothing else", async () => {
    const { aws, pulumi } = deployment();
    await pulumi("state", "unprotect", "--all", "--yes");
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(await listEverything(aws)).toEqual(empty);
    expect(await listBackups(aws, "tripod/dev")).toHaveLength(1);
  });
});

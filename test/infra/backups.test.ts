import { beforeAll, expect, test } from "vitest";
import { loadBuiltRelease } from "../support/built-release.ts";
import { type Resource, ofType, runMockedStack, userDataOf } from "../support/mocked-stack.ts";

// The first run on a machine installs the release's dependencies.
beforeAll(() => loadBuiltRelease("arm64"), 180_000);

const snapshot = "snap-0123456789abcdef0";

/** The one resource of that type and name. */
function find(resources: readonly Resource[], type: string, name: string): Resource {
  const found = ofType(resources, type).filter((one) => one.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of type ${type} are called "${name}"`);
  return found[0]!;
}

test("the broker's volume has snapshots taken every hour and every day, and of no other stack's", async () => {
  const resources = await runMockedStack();
  const { policyDetails } = find(resources, "LifecyclePolicy", "backups").inputs;
  const { tags } = find(resources, "Volume", "redis-data").inputs;
  expect(policyDetails.targetTags).toEqual({ TripodBackup: "tripod/test" });
  expect(tags).toMatchObject(policyDetails.targetTags);
  const [hourly, daily] = policyDetails.schedules;
  expect(policyDetails.schedules).toHaveLength(2);
  expect(hourly).toMatchObject({
    createRule: { cronExpression: "cron(0 * * * ? *)" },
    retainRule: { count: 24 },
    copyTags: true,
  });
  expect(daily).toMatchObject({
    createRule: { cronExpression: "cron(0 3 * * ? *)" },
    retainRule: { count: 7 },
    copyTags: true,
  });
});

test("the monitor's volume, which holds no jobs, has none taken", async () => {
  const resources = await runMockedStack({ monitoring: "true" });
  const tagged = ofType(resources, "Volume").filter(
    ({ inputs }) => "TripodBackup" in inputs["tags"],
  );
  expect(tagged.map(({ name }) => name)).toEqual(["redis-data"]);
});

test.each<[Record<string, string>, string[]]>([
  [{ hourlySnapshots: "0" }, ["daily"]],
  [{ dailySnapshots: "0" }, ["hourly"]],
  [{ hourlySnapshots: "0", dailySnapshots: "0" }, []],
])("with %o only these are taken: %j", async (values, expected) => {
  const resources = await runMockedStack(values);
  const policies = ofType(resources, "LifecyclePolicy");
  const schedules = policies.flatMap(({ inputs }) => inputs["policyDetails"].schedules);
  expect(schedules.map(({ name }) => name)).toEqual(expected);
  const roles = ofType(resources, "Role").filter(({ name }) => name === "backups");
  expect(roles).toHaveLength(expected.length === 0 ? 0 : 1);
});

test.each([true, false])("that a destroyed volume leaves a last snapshot is %s", async (wanted) => {
  const resources = await runMockedStack({ finalSnapshot: String(wanted) });
  const { inputs } = find(resources, "Volume", "redis-data");
  expect(inputs["finalSnapshot"]).toBe(wanted);
});

test("a last snapshot is taken where nothing is said", async () => {
  const { inputs } = find(await runMockedStack(), "Volume", "redis-data");
  expect(inputs["finalSnapshot"]).toBe(true);
});

test("a restore makes a further volume of the snapshot, moves Redis there, and leaves the old one as it is", async () => {
  const before = find(await runMockedStack(), "Volume", "redis-data");
  const resources = await runMockedStack({ redisVolume: "2", restoreSnapshot: snapshot });
  const volumes = ofType(resources, "Volume");
  expect(volumes.map(({ name }) => name)).toEqual(["redis-data", "redis-data-2"]);
  expect(volumes[0]).toEqual(before);
  expect(volumes[1]!.inputs).toEqual({
    ...before.inputs,
    snapshotId: snapshot,
    tags: { ...before.inputs["tags"], Name: "tripod-redis-data-2" },
  });

  const attached = find(resources, "VolumeAttachment", "redis-data").inputs["volumeId"];
  expect(attached).toMatch(/^vol-[0-9a-f]{17}$/);
  const redis = userDataOf(find(resources, "Instance", "redis"));
  expect(redis).toContain(attached.replace("-", ""));
  const [first] = ofType(await runMockedStack(), "VolumeAttachment");
  expect(first!.inputs["volumeId"]).not.toBe(attached);
  expect(redis).not.toContain(first!.inputs["volumeId"].replace("-", ""));
});

test("a further volume without a snapshot is empty, and a new stack's first one may be made of a snapshot", async () => {
  const empty = find(await runMockedStack({ redisVolume: "2" }), "Volume", "redis-data-2");
  expect(empty.inputs).not.toHaveProperty("snapshotId");
  const first = find(await runMockedStack({ restoreSnapshot: snapshot }), "Volume", "redis-data");
  expect(first.inputs["snapshotId"]).toBe(snapshot);
});

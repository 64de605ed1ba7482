import { expect, test } from "vitest";
import { testTask } from "#task/testing";
import clockChanges from "../../src/tasks/clock-changes.ts";

test.each([
  ["Europe/Zurich", "2026-10-20", ["2026-10-25T01:00:00.000Z", "GMT+02:00", "GMT+01:00"]],
  ["Australia/Lord_Howe", "2026-04-01", ["2026-04-04T15:00:00.000Z", "GMT+11:00", "GMT+10:30"]],
])("reports the change in %s after %s", async (timeZone, from, [at, before, after]) => {
  expect(await testTask(clockChanges, { timeZone, days: 7, from })).toMatchObject({
    result: [{ at, before, after }],
  });
});

test("reports from today on where nothing else is said", async () => {
  const outcome = await testTask(clockChanges, { timeZone: "Europe/Zurich", days: 400 });
  const changes = "result" in outcome ? (outcome.result as { at: string }[]) : [];
  // There are two a year.
  expect([2, 3]).toContain(changes.length);
  for (const { at } of changes) expect(Date.parse(at)).toBeGreaterThan(Date.now() - 86_400_000);
});

test("takes no zone that there is not", async () => {
  const outcome = await testTask(clockChanges, { timeZone: "Europe/Zurch" });
  expect(outcome).toMatchObject({
    refused: expect.stringContaining("expected a time zone, such as Europe/Zurich"),
  });
});

import { expect, test } from "vitest";
import { createTaskNames } from "../../../src/worker/isolation/task-names.ts";
import { createCounted } from "../../support/chain.ts";

test("tasks that could not be loaded are loaded again when the next one's name is asked for", async () => {
  const counted = createCounted();
  let loads = 0;
  const nameOf = createTaskNames(async () => {
    loads += 1;
    if (loads === 1) throw new Error("not loaded in time");
    return new Map([["counted", counted]]);
  });
  await expect(nameOf(counted)).rejects.toThrow("not loaded in time");
  expect(await Promise.all([nameOf(counted), nameOf(counted)])).toEqual(["counted", "counted"]);
  expect(loads).toBe(2);
});

import { expect, test } from "vitest";
import { policyOf } from "../../src/task/job-policy.ts";

test.each([
  [5, "5"],
  [null, "null"],
  [Promise.resolve("a"), "Promise { 'a' }"],
])("refuses a unique key that is no text: %o", (key, shown) => {
  const unique = (() => key) as () => never;
  expect(() => policyOf({ unique }, {})).toThrow(
    `the task's "unique" has returned ${shown}, expected a text or undefined`,
  );
});

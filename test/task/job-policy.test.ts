import { expect, test } from "vitest";
import { policyOf } from "../../src/task/job-policy.ts";

test.each([
  [5, "5"],
  [null, "null"],
  // Debuggers have it tell more of itself.
  [Promise.resolve("a"), "Promise {"],
])("refuses a unique key that is no text: %o", (key, shown) => {
  const unique = (() => key) as () => never;
  const read = () => policyOf({ unique }, {});
  expect(read).toThrow(`the task's "unique" has returned ${shown}`);
  expect(read).toThrow("expected a text or undefined");
});

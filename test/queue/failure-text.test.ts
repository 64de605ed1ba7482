import { expect, test } from "vitest";
import { failureClasses } from "../../src/contract/failures.ts";
import { parseFailure } from "../../src/queue/failure-text.ts";

test("brings every failure class through Redis and back", () => {
  const classes = Object.keys(failureClasses);
  const back = classes.map((name) => parseFailure(`${name}: why: it did`));
  expect(back).toEqual(classes.map((failureClass) => ({ failureClass, reason: "why: it did" })));
});

test.each([
  ["job stalled more than allowable limit", "stalled"],
  ["read ECONNRESET", "_OTHER"],
  ["constructor: nice try", "_OTHER"],
  ["", "_OTHER"],
])("takes a reason it did not write, %j, for %s", (reason, failureClass) => {
  expect(parseFailure(reason)).toEqual({ failureClass, reason });
});

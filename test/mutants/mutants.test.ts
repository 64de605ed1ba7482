import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { mutants } from "./mutants.ts";
import { applyChange } from "./mutate.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

const inSources = mutants.flatMap(({ change, ...mutant }) =>
  "file" in change ? [{ ...mutant, change }] : [],
);

test.each(inSources)("there is still a place for this mistake: $name", async ({ change }) => {
  const text = await read(change.file);
  expect(applyChange(text, change)).not.toBe(text);
});

test.each(mutants)("there is still the test that notices: $name", async ({ caughtBy }) => {
  const isFault = /^F\d+$/.test(caughtBy.test);
  expect(await read(caughtBy.file)).toContain(isFault ? `id: "${caughtBy.test}"` : caughtBy.test);
});

test("a mistake whose place is gone is told", () => {
  expect(() => applyChange("a b a", { from: "a", to: "c" })).toThrow(
    'expected "a" once, found it 2',
  );
});

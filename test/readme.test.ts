import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { fillTables } from "../src/readme/tables.ts";

test("has tables that say what the code says: `npm run readme` renews them", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toBe(fillTables(readme));
});

test("refuses a text that has no place for a table", () => {
  expect(() => fillTables("# Tripod\n")).toThrow('expected a place "<!-- variables -->"');
});

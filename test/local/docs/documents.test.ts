import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createDocuments, fillTables } from "../../../src/local/docs/documents.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const documents = Object.entries(createDocuments());

test.each(documents)(
  "%s has tables that say what the code says: `npm run docs` renews them",
  (path, tables) => {
    const text = read(path);
    expect(text).toBe(fillTables(text, tables));
  },
);

test("refuses a text that has no place for a table", () => {
  expect(() => fillTables("# Tripod\n", { variables: "" })).toThrow(
    'expected a place "<!-- variables -->"',
  );
});

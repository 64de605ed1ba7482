import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createDocuments, fillTables } from "../../../src/local/docs/documents.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const documents = Object.entries(createDocuments(read("Pulumi.yaml")));

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

test("shows each setting of the stack with its default, where it has one", () => {
  const project = `
config:
  workerCount: { type: integer, default: 1, description: Number of worker hosts. }
  environment: { type: object, description: Variables of the services. }
`;
  expect(createDocuments(project)["infra/README.md"]?.["configuration"]).toBe(
    `| setting | default | meaning |
| --- | --- | --- |
| \`workerCount\` | \`1\` | Number of worker hosts. |
| \`environment\` |  | Variables of the services. |
`,
  );
});

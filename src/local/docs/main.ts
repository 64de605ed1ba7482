import { readFile, writeFile } from "node:fs/promises";
import { createDocuments, fillTables } from "./documents.ts";

const project = new URL("../../../", import.meta.url);
const documents = createDocuments(await readFile(new URL("Pulumi.yaml", project), "utf8"));
for (const [path, tables] of Object.entries(documents)) {
  const document = new URL(path, project);
  await writeFile(document, fillTables(await readFile(document, "utf8"), tables));
}

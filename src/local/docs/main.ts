import { readFile, writeFile } from "node:fs/promises";
import { readCommandLine } from "../../service/command-line.ts";
import { refreshTaskTypes } from "../task-types.ts";
import { createDocuments, fillTables } from "./documents.ts";

readCommandLine(process, {
  usage: "npm run docs",
  about: [
    "Fills the tables of the documents, and the types of the tasks, with what the sources say.",
  ],
});
const project = new URL("../../../", import.meta.url);
const documents = createDocuments();
for (const [path, tables] of Object.entries(documents)) {
  const document = new URL(path, project);
  await writeFile(document, fillTables(await readFile(document, "utf8"), tables));
}
await refreshTaskTypes();

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readCommandLine } from "../src/service/command-line.ts";
import { generateFiles } from "./generated-files.ts";

readCommandLine(process, {
  usage: "npm run dashboards",
  about: ["Writes the dashboards, alerts and provisioning files that the sources here describe."],
});
for (const [path, content] of generateFiles()) {
  const file = join(import.meta.dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

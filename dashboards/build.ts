import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateFiles } from "./generated-files.ts";

for (const [path, content] of generateFiles()) {
  const file = join(import.meta.dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

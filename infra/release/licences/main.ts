import { readFile } from "node:fs/promises";
import { findForbiddenLicences } from "./licences.ts";

const lockfile = await readFile(new URL("../../../package-lock.json", import.meta.url), "utf8");
const forbidden = findForbiddenLicences(JSON.parse(lockfile));
if (forbidden.length > 0) {
  process.stderr.write(`licences that are not on the list:\n  ${forbidden.join("\n  ")}\n`);
  process.exit(1);
}

import { readFile } from "node:fs/promises";
import { readCommandLine } from "../../../src/service/command-line.ts";
import { findForbiddenLicences } from "./licences.ts";

readCommandLine(process, {
  usage: "npm run licences",
  about: ["Exits with 1 if a package of package-lock.json has a licence that is not allowed."],
});
const lockfile = await readFile(new URL("../../../package-lock.json", import.meta.url), "utf8");
const forbidden = findForbiddenLicences(JSON.parse(lockfile));
if (forbidden.length > 0) {
  process.stderr.write(`licences that are not on the list:\n  ${forbidden.join("\n  ")}\n`);
  process.exit(1);
}

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installNodePackages } from "./install/node-packages.js";
import { prepareRuntime } from "./install/runtime.js";
import { installSystemPackages } from "./install/system-packages.js";

// Usage: node src/local/install.js [--unless VARIABLE] [command…]
// Runs before there is anything in node_modules, on the Node that the user has: built-ins only.
const project = fileURLToPath(new URL("../..", import.meta.url));
const { values, positionals } = parseArgs({
  options: { unless: { type: "string" } },
  allowPositionals: true,
});
const commands = values.unless !== undefined && process.env[values.unless] ? [] : positionals;
const surroundings = {
  env: process.env,
  isRoot: process.getuid?.() === 0,
  policyFile: "/usr/sbin/policy-rc.d",
  write: (/** @type {string} */ text) => process.stdout.write(text),
  isTerminal: process.stdout.isTTY,
};

try {
  await installNodePackages(project, surroundings);
  prepareRuntime(project, process);
  await installSystemPackages(commands, surroundings);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

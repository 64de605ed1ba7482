import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { runStep } from "../../src/local/install/step.js";
import { waitForLock } from "../../src/local/lock.js";
import { requirements, simulatorIsInstalled, simulatorPackages } from "./simulator-packages.ts";

// Installs what test/pulumi runs beside Pulumi's CLI: moto, the simulator of AWS, in a folder of its own.
const write = (text: string) => process.stdout.write(text);
const folder = simulatorPackages();
await waitForLock(`moto ${folder}`, () => write("waiting for another install\n"));
if (!simulatorIsInstalled()) {
  // Those of an older list go.
  rmSync(dirname(folder), { recursive: true, force: true });
  const draft = `${folder}.draft`;
  mkdirSync(draft, { recursive: true });
  await runStep(
    {
      title: "installing moto",
      command: [
        "python3",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
        requirements,
        "--target",
        draft,
      ],
      env: process.env,
      deadlineMs: 600_000,
    },
    { write, isTerminal: process.stdout.isTTY },
  );
  renameSync(draft, folder);
}

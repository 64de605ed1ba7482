import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installSystemPackages } from "../../src/local/install/system-packages.js";
import { createFakeCommands } from "../support/fake-commands.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

function createMachine({ isRoot }: { isRoot: boolean }) {
  const fakes = createFakeCommands();
  const policyFile = join(createTemporaryFolder(), "policy-rc.d");
  return {
    fakes,
    policyFile,
    install: (...commands: string[]) =>
      installSystemPackages(commands, {
        env: { PATH: fakes.path },
        isRoot,
        policyFile,
        write: () => {},
      }),
  };
}

/** Installs commands as apt-get would; `services` is what Debian would ask before it starts one. */
function aptInstalls(fakes: { path: string }, commands: readonly string[], policyFile: string) {
  return `
const { execFileSync } = require("child_process");
const { writeFileSync } = require("fs");
if (process.argv[2] === "install") {
  let answer = 0;
  try { execFileSync(${JSON.stringify(policyFile)}); } catch (error) { answer = error.status; }
  writeFileSync(${JSON.stringify(join(fakes.path, "policy-answer"))}, String(answer));
  for (const command of ${JSON.stringify(commands)}) {
    writeFileSync(${JSON.stringify(`${fakes.path}/`)} + command, "", { mode: 0o755 });
  }
}`;
}

test("has nothing to do when every command is on the PATH", async () => {
  const { fakes, install } = createMachine({ isRoot: true });
  for (const command of ["apt-get", "redis-server", "promtool"]) fakes.add(command);
  await install("redis-server", "promtool");
  expect(fakes.calls()).toEqual([]);
});

test("takes valkey-server for redis-server", async () => {
  const { fakes, install } = createMachine({ isRoot: false });
  fakes.add("valkey-server");
  await expect(install("redis-server")).resolves.toBeUndefined();
});

test("installs the packages of missing commands when it is root", async () => {
  const { fakes, policyFile, install } = createMachine({ isRoot: true });
  fakes.add("redis-server");
  fakes.add("apt-get", aptInstalls(fakes, ["strace", "promtool"], policyFile));
  await install("redis-server", "promtool", "strace");
  expect(fakes.calls()).toEqual([
    "apt-get update -q",
    "apt-get install --no-install-recommends -q -y -o DPkg::Lock::Timeout=300 prometheus strace",
  ]);
});

test("keeps new packages from starting their services, and takes that rule back", async () => {
  const { fakes, policyFile, install } = createMachine({ isRoot: true });
  fakes.add("apt-get", aptInstalls(fakes, ["promtool"], policyFile));
  await install("promtool");
  expect(readFileSync(join(fakes.path, "policy-answer"), "utf8")).toBe("101");
  expect(existsSync(policyFile)).toBe(false);
});

test("keeps new packages from starting their services at the next boot", async () => {
  const { fakes, policyFile, install } = createMachine({ isRoot: true });
  fakes.add("apt-get", aptInstalls(fakes, ["promtool"], policyFile));
  fakes.add("systemctl");
  fakes.add(
    "dpkg",
    `console.log("/usr/bin/promtool\\n/lib/systemd/system/prometheus.service\\n/lib/systemd/system/prometheus@.service");`,
  );
  await install("promtool");
  expect(fakes.calls().slice(2)).toEqual([
    "dpkg -L prometheus",
    "systemctl disable prometheus.service",
  ]);
});

test("leaves a service policy that was there before", async () => {
  const { fakes, policyFile, install } = createMachine({ isRoot: true });
  writeFileSync(policyFile, "#!/bin/sh\nexit 104\n", { mode: 0o755 });
  fakes.add("apt-get", aptInstalls(fakes, ["promtool"], policyFile));
  await install("promtool");
  expect(readFileSync(policyFile, "utf8")).toBe("#!/bin/sh\nexit 104\n");
});

test("tells why apt failed and takes its service policy back", async () => {
  const { fakes, policyFile, install } = createMachine({ isRoot: true });
  fakes.add("apt-get", `console.error("E: no network"); process.exit(100);`);
  await expect(install("promtool")).rejects.toThrow(
    '"apt-get update -q" failed (100)\nE: no network',
  );
  expect(existsSync(policyFile)).toBe(false);
});

test("complains when a package did not bring its command", async () => {
  const { fakes, install } = createMachine({ isRoot: true });
  fakes.add("apt-get");
  await expect(install("promtool")).rejects.toThrow(
    "installed prometheus, but not on the PATH: promtool",
  );
});

test("names the command to run when it is not root", async () => {
  const { fakes, install } = createMachine({ isRoot: false });
  fakes.add("apt-get");
  await expect(install("promtool", "ip", "prometheus")).rejects.toThrow(
    "not on the PATH: promtool, ip, prometheus; install them with\n" +
      "  sudo apt-get install --no-install-recommends iproute2 prometheus",
  );
  expect(fakes.calls()).toEqual([]);
});

test("names what is missing where there is no apt", async () => {
  const { install } = createMachine({ isRoot: true });
  await expect(install("redis-server")).rejects.toThrow("not on the PATH: redis-server; install");
});

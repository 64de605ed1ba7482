import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { processesIn, readNamespaces } from "./leftovers.ts";
import { whyNoHosts } from "./requirements.ts";

const obstacle = whyNoHosts();

/** Opens a lab with a process in a control group of its own, says where, and waits to be killed. */
const program = `
const [{ openLab }, { cgroupBelow, createCgroup, inCgroup }] = await Promise.all(
  ["lab.ts", "cgroup.ts"].map((file) => import(process.argv[1] + "/" + file)),
);
const lab = await openLab();
const cgroup = cgroupBelow(lab.cgroup, "host");
await createCgroup(cgroup);
const host = lab.start(inCgroup(cgroup, ["sh", "-c", "echo ready; exec sleep 600"]), {
  stdio: ["ignore", "pipe", "inherit"],
});
host.stdout.once("data", () => console.log(JSON.stringify({ pid: lab.pid, cgroup: lab.cgroup })));
`;

describe.skipIf(obstacle)(`a lab (${obstacle ?? "here"})`, () => {
  test("whose test is killed leaves no process and no control group", async () => {
    const killed = spawn(
      process.execPath,
      ["--input-type=module", "--eval", program, import.meta.dirname],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = await once(killed.stdout, "data");
    const { pid, cgroup }: { pid: string; cgroup: string[] } = JSON.parse(String(line));
    const namespaces = await readNamespaces(pid);
    const inside = await processesIn(namespaces);
    const folders = cgroup.map((folder) => join(folder, "host"));
    expect(folders.every((folder) => existsSync(folder))).toBe(true);

    killed.kill("SIGKILL");
    await until("the control groups to go", () => !cgroup.some((folder) => existsSync(folder)));
    const left = (await processesIn(namespaces)).filter((process) => inside.includes(process));
    expect(left).toEqual([]);
  });
});

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { rootPatienceMs } from "./debian-root.ts";
import { type Deployment, openDeployment } from "./deployment.ts";
import { processesIn, readLoopDevices, readNamespaces } from "./leftovers.ts";
import { whyNoHosts } from "./requirements.ts";

const exec = promisify(execFile);
const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`three hosts that come and go (${obstacle ?? "here"})`, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await openDeployment();
    return () => deployment.bed.close();
  }, rootPatienceMs);

  test("a second boot comes back by itself, with new secrets and without another download", async () => {
    const { bed, redis, producer, worker, submit, untilEnded } = deployment;
    const before = await submit({ x: 8, y: 2 });
    await untilEnded(before);
    const firstCalls = bed.aws.calls.length;

    await Promise.all([redis, producer, worker].map((host) => host.stop()));
    await Promise.all([redis, producer, worker].map((host) => host.start()));
    expect(await untilEnded(await submit({ x: 9, y: 3 }))).toMatchObject({ result: 3 });
    expect(await deployment.read(before)).toMatchObject({ status: "succeeded", result: 4 });

    const calls = bed.aws.calls.slice(firstCalls).map(({ role, call }) => `${role} ${call}`);
    expect(calls.toSorted()).toEqual([
      "producer ssm:GetParameter /tripod/test/board-password",
      "producer ssm:GetParameter /tripod/test/producer-redis-password",
      "worker ssm:GetParameter /tripod/test/worker-redis-password",
    ]);
  });

  test("a service that is killed is back within seconds", async () => {
    const { worker, submit, untilEnded } = deployment;
    const show = ["systemctl", "show", "--value", "--property=NRestarts", "tripod-worker"] as const;
    const before = Number(await worker.run(...show));
    await worker.run("systemctl", "kill", "--signal=KILL", "tripod-worker");
    expect(await untilEnded(await submit({ x: 6, y: 2 }))).toMatchObject({ result: 3 });
    expect(Number(await worker.run(...show))).toBe(before + 1);
  });

  test("a replaced worker host finishes what it runs, and its successor takes the next", async () => {
    const { bed, worker, submit, read, untilEnded } = deployment;
    const running = await submit({ x: 10, y: 4, delayMs: 2_000 });
    await until("the worker to start", async () => (await read(running)).status === "working");
    await worker.stop();
    expect(await read(running)).toMatchObject({ status: "succeeded", result: 2.5 });

    const waiting = await submit({ x: 12, y: 4 });
    const successor = await bed.boot("worker", "worker-next");
    await successor.booted();
    expect(await untilEnded(waiting)).toMatchObject({ status: "succeeded", result: 3 });
  });

  test("a Redis host whose file ends in zeros cuts them off, and has its jobs", async () => {
    const { redis, submit, read, untilEnded } = deployment;
    const before = await submit({ x: 21, y: 3 });
    await untilEnded(before);
    const file = "/var/lib/redis/appendonlydir/appendonly.aof.1.incr.aof";
    await redis.run("systemctl", "stop", "redis-server");
    await redis.run("sh", "-c", `head --bytes=512 /dev/zero >> ${file}`);
    await redis.run("systemctl", "start", "redis-server");
    const journal = await redis.run("journalctl", "--no-pager", "--unit", "redis-server");
    expect(journal).toContain(`tripod: cut 512 zeros off the end of ${file}`);
    await untilEnded(await submit({ x: 6, y: 3 }));
    expect(await read(before)).toMatchObject({ status: "succeeded", result: 7 });
  });

  test("a replaced Redis host has the old one's jobs", async () => {
    const { bed, redis, submit, read, untilEnded } = deployment;
    const before = await submit({ x: 14, y: 2 });
    await untilEnded(before);
    await redis.stop();

    const successor = await bed.boot("redis", "redis-next");
    await successor.booted();
    const after = await submit({ x: 15, y: 3 });
    expect(await read(before)).toMatchObject({ status: "succeeded", result: 7 });
    expect(await untilEnded(after)).toMatchObject({ status: "succeeded", result: 5 });
  });

  test("a release that is not the one asked for is never started", async () => {
    const { bed } = deployment;
    const wrong = `${bed.folder}/wrong.tar.gz`;
    await writeFile(wrong, "not the release");
    await bed.aws.update({
      ...bed.awsState,
      objects: Object.fromEntries(Object.keys(bed.awsState.objects).map((path) => [path, wrong])),
    });
    const host = await bed.boot("worker", "worker-wrong");
    await expect(host.booted()).rejects.toThrow(/tripod-release failed at line \d+/);
    expect(await host.run("sh", "-c", "systemctl is-active tripod-worker || true")).toBe(
      "inactive\n",
    );
    expect(await host.run("ls", "/opt/tripod/releases")).toBe("");
  });

  test("a bed that is closed leaves no process, namespace, control group, mount, device, rule or file", async () => {
    const { bed } = deployment;
    const lab = await readNamespaces(bed.lab.pid);
    expect(lab).toHaveLength(3);
    const image = `${bed.folder}/redis-data.img`;
    const inside = await processesIn(lab);
    expect(inside).not.toEqual([]);
    expect(bed.lab.cgroup).not.toEqual([]);
    expect(bed.lab.cgroup.filter((folder) => existsSync(folder))).toEqual(bed.lab.cgroup);
    expect(await readLoopDevices()).toContain(image);

    await bed.close();
    // A namespace's number is soon another's: beside this test, other beds are opened.
    const left = (await processesIn(lab)).filter((pid) => inside.includes(pid));
    expect(left).toEqual([]);
    expect(bed.lab.cgroup.filter((folder) => existsSync(folder))).toEqual([]);
    await until(
      "the loop device to be given back",
      async () => !(await readLoopDevices()).includes(image),
    );
    expect(await readFile("/proc/self/mounts", "utf8")).not.toMatch(/\/run\/(machines|netns)\//);
    expect((await exec("nft", ["list", "tables"])).stdout).not.toContain("security_group");
    expect((await exec("ip", ["netns", "list"])).stdout).not.toMatch(/^(router|redis)\b/m);
    expect(await readdir(tmpdir())).not.toContain(bed.folder.split("/").at(-1));
  });
});

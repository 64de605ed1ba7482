import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keptHosts, listBackups, listHosts } from "./inventory.ts";
import { changesOf } from "./steps.ts";
import { useDeployment, whyNoPulumi } from "./story.ts";

const obstacle = whyNoPulumi();

// What infra/README.md has the deployer do, row by row.
describe.skipIf(obstacle)(`an operated deployment (${obstacle ?? "here"})`, () => {
  const deployment = useDeployment({ monitoring: "false" });
  const source = () => join(deployment().folder, "src/worker/main.ts");

  /** Applies the program, and tells which hosts stayed and what was done to others than hosts. */
  async function apply(...flags: string[]) {
    const { aws, pulumi } = deployment();
    const before = await listHosts(aws);
    const { steps } = await pulumi("up", "--yes", "--skip-preview", ...flags);
    const after = await listHosts(aws);
    return { hosts: Object.keys(after).toSorted(), kept: keptHosts(before, after), steps };
  }

  async function outputs(): Promise<Record<string, unknown>> {
    const { output } = await deployment().pulumi("stack", "output", "--json");
    return JSON.parse(output);
  }

  async function listVolumes(): Promise<{ VolumeId: string; Size: number }[]> {
    const { Volumes } = await deployment().aws<{
      Volumes: { VolumeId: string; Size: number; Tags?: { Key: string; Value: string }[] }[];
    }>("ec2", "DescribeVolumes", {});
    const data = Volumes.filter(({ Tags }) =>
      Tags?.some(({ Key, Value }) => Key === "Name" && Value.endsWith("-data")),
    );
    return data.map(({ VolumeId, Size }) => ({ VolumeId, Size }));
  }

  let first: Record<string, unknown>;
  let original: string;

  test("begins with three hosts", async () => {
    expect(await apply()).toMatchObject({ hosts: ["producer", "redis", "worker-1"], kept: [] });
    first = await outputs();
  });

  test("redeploys: changed sources replace producer and worker, and Redis stays", async () => {
    original = readFileSync(source(), "utf8");
    appendFileSync(source(), "\n// Another release.\n");
    expect(await apply()).toMatchObject({
      hosts: ["producer", "redis", "worker-1"],
      kept: ["redis"],
    });
    const { releaseSha, url } = await outputs();
    expect(releaseSha).not.toBe(first["releaseSha"]);
    expect(url).toBe(first["url"]);
  });

  test("rolls back: the same sources make the same release again", async () => {
    writeFileSync(source(), original);
    expect(await apply()).toMatchObject({
      hosts: ["producer", "redis", "worker-1"],
      kept: ["redis"],
    });
    expect((await outputs())["releaseSha"]).toBe(first["releaseSha"]);
  });

  test("scales, and lets the broker's volume grow: no host is replaced", async () => {
    const { pulumi } = deployment();
    const [volume] = await listVolumes();
    await pulumi("config", "set", "workerCount", "3");
    await pulumi("config", "set", "redisVolumeGiB", "16");
    const { hosts, kept, steps } = await apply();
    expect(hosts).toEqual(["producer", "redis", "worker-1", "worker-2", "worker-3"]);
    expect(kept).toEqual(["producer", "redis", "worker-1"]);
    expect(changesOf(steps)).toEqual({
      create: ["Instance worker-2", "Instance worker-3"],
      update: ["Volume redis-data"],
    });
    expect(await listVolumes()).toEqual([{ VolumeId: volume?.VolumeId, Size: 16 }]);
  });

  test("changes passwords: every host is replaced, the jobs stay on their volume", async () => {
    const { aws, pulumi } = deployment();
    const volumes = await listVolumes();
    await pulumi("config", "set", "workerCount", "1");
    await pulumi("config", "set", "passwordVersion", "2");
    const { hosts, kept } = await apply();
    expect({ hosts, kept }).toEqual({ hosts: ["producer", "redis", "worker-1"], kept: [] });
    expect(await listVolumes()).toEqual(volumes);
    expect((await listHosts(aws))["redis"]?.privateIp).toBe("10.0.1.10");
  });

  test("starts watching: a monitor comes, and every host is replaced", async () => {
    const { pulumi } = deployment();
    const [volume] = await listVolumes();
    await pulumi("config", "set", "monitoring", "true");
    const { hosts, kept } = await apply();
    expect({ hosts, kept }).toEqual({
      hosts: ["monitor", "producer", "redis", "worker-1"],
      kept: [],
    });
    expect(await listVolumes()).toContainEqual(volume);
  });

  test("stops watching: the monitor goes, and every host is replaced", async () => {
    await deployment().pulumi("config", "set", "monitoring", "false");
    const { hosts, kept } = await apply();
    expect({ hosts, kept }).toEqual({ hosts: ["producer", "redis", "worker-1"], kept: [] });
    expect(await listVolumes()).toHaveLength(1);
  });

  test("stores a release again that somebody has deleted", async () => {
    const { aws } = deployment();
    const { Buckets } = await aws<{ Buckets: { Name: string }[] }>("s3", "ListBuckets", {});
    const Bucket = Buckets[0]?.Name;
    const Key = `releases/${String(first["releaseSha"])}.tar.gz`;
    await aws("s3", "DeleteObject", { Bucket, Key });
    await expect(aws("s3", "HeadObject", { Bucket, Key })).rejects.toThrow("404");
    const { kept, steps } = await apply("--refresh");
    expect(changesOf(steps)["create"]).toEqual(["BucketObjectv2 release"]);
    expect(kept).toEqual(["producer", "redis", "worker-1"]);
    await aws("s3", "HeadObject", { Bucket, Key });
  });

  test("goes back to a snapshot on a further volume, and the old one stays", async () => {
    const { aws, pulumi, run } = deployment();
    const [old] = await listVolumes();
    const { SnapshotId } = await aws<{ SnapshotId: string }>("ec2", "CreateSnapshot", {
      VolumeId: old?.VolumeId,
    });
    await pulumi("config", "set", "restoreSnapshot", SnapshotId);
    await pulumi("config", "set", "redisVolume", "2");
    const { kept, steps } = await apply();
    expect(kept).toEqual(["producer", "worker-1"]);
    expect(changesOf(steps)["create"]).toEqual(["Volume redis-data-2"]);
    const { Volumes } = await aws<{ Volumes: { VolumeId: string; Attachments: unknown[] }[] }>(
      "ec2",
      "DescribeVolumes",
      { Filters: [{ Name: "snapshot-id", Values: [SnapshotId] }] },
    );
    const redis = (await listHosts(aws))["redis"];
    expect(Volumes).toMatchObject([{ Attachments: [{ InstanceId: redis?.id }] }]);
    expect(await listVolumes()).toEqual([old]);

    await pulumi("config", "rm", "restoreSnapshot");
    expect(changesOf((await apply()).steps)).toEqual({});
    await pulumi("config", "set", "redisVolumeGiB", "20");
    expect(changesOf((await apply()).steps)).toEqual({ update: ["Volume redis-data-2"] });

    const other = await aws<{ SnapshotId: string }>("ec2", "CreateSnapshot", {
      VolumeId: old?.VolumeId,
    });
    for (const [setting, wrong, right] of [
      ["restoreSnapshot", other.SnapshotId, "none"],
      ["redisVolume", "1", "2"],
    ] as const) {
      await pulumi("config", "set", setting, wrong);
      const { exitCode, output } = await run("up", "--yes");
      expect(exitCode).not.toBe(0);
      const refused = output.matchAll(/resource "urn:\S+Volume::([^"]+)"/g);
      expect([...new Set([...refused].map(([, name]) => name))]).toEqual(["redis-data-2"]);
      expect((await listHosts(aws))["redis"]).toEqual(redis);
      await pulumi("config", "set", setting, right);
    }
    expect(await listBackups(aws, "tripod/dev")).toEqual([]);
  });

  test("switches how Redis and workers reach the internet, from each way to each", async () => {
    const { pulumi } = deployment();
    for (const egress of ["nat-instance", "nat-gateway", "nat-instance", "public-ip"]) {
      await pulumi("config", "set", "egress", egress);
      const { hosts } = await apply();
      const natInstance = egress === "nat-instance" ? ["nat"] : [];
      expect(hosts).toEqual([...natInstance, "producer", "redis", "worker-1"].toSorted());
    }
  });

  test("replaces the hosts whose type is set to one of another architecture", async () => {
    const { aws, pulumi } = deployment();
    for (const host of ["redis", "producer", "worker"]) {
      await pulumi("config", "set", `${host}InstanceType`, "t3.micro");
    }
    const { kept } = await apply();
    expect(kept).toEqual([]);
    const types = Object.values(await listHosts(aws)).map(({ type }) => type);
    expect(types).toEqual(["t3.micro", "t3.micro", "t3.micro"]);
  });
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type BootFile, createUserData } from "../../infra/boot/cloud-config.ts";
import { createDataVolume } from "../../infra/boot/data-volume.ts";
import { createFirstBoot, firstBootCommand } from "../../infra/boot/first-boot.ts";
import { createUnit } from "../../infra/boot/unit.ts";
import { until } from "../support/until.ts";
import { loadDebianRoot, rootPatienceMs } from "./debian-root.ts";
import { type Lab, openLab } from "./lab.ts";
import { bootMachine } from "./machine.ts";
import { createNetworks } from "./network.ts";
import { whyNoHosts } from "./requirements.ts";
import { openVolume } from "./volume.ts";

const obstacle = whyNoHosts();
const patienceMs = 60_000;

describe.skipIf(obstacle)(`hosts that lack something at first (${obstacle ?? "here"})`, () => {
  let root: string;
  let lab: Lab;
  beforeAll(async () => {
    root = await loadDebianRoot();
    lab = await openLab();
    await createNetworks(lab);
  }, rootPatienceMs);
  afterAll(() => lab.close());

  async function boot(name: "redis" | "worker", files: BootFile[], devices = {}) {
    const userData = createUserData({ files, command: firstBootCommand });
    const machine = await bootMachine(lab, { name, network: name, root, userData, devices });
    onTestFinished(() => machine.stop());
    return machine;
  }

  test("a first boot that failed is reported, and done later without another hand, once", async () => {
    const files = createFirstBoot(`
echo begun >> /root/boots
[ -e /root/mirror ]
echo done >> /root/boots`);
    const host = await boot("worker", files);
    await expect(host.booted()).rejects.toThrow(/tripod-boot failed at line \d+/);
    await until(
      "the second attempt",
      async () => (await host.run("cat", "/root/boots")) === "begun\nbegun\n",
      patienceMs,
    );
    // The host is switched off in between: what has not been done is begun anew.
    const log = () => host.run("cat", "/root/boots");
    const before = await log();
    await host.stop();
    await host.start();
    await until("another attempt", async () => (await log()).length > before.length, patienceMs);
    await host.run("touch", "/root/mirror");
    await until("the end", async () => (await log()).endsWith("done\n"), patienceMs);

    const boots = await log();
    await until("its end to be noted", async () => {
      const state = await host.run("sh", "-c", "systemctl is-enabled tripod-boot || true");
      return state === "disabled\n";
    });
    await host.stop();
    await host.start();
    await until(
      "the host to run",
      async () =>
        (await host.run("sh", "-c", "systemctl is-system-running || true")).match(
          /running|degraded/,
        ) !== null,
      patienceMs,
    );
    expect(await log()).toBe(boots);
  });

  test("a volume that cannot be mounted is tried again, and what needs it follows", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tripod-volume-"));
    const volume = await openVolume(join(folder, "data.img"), 64 * 1024 * 1024);
    onTestFinished(async () => {
      await volume.close();
      await rm(folder, { recursive: true });
    });
    const files: BootFile[] = [
      ...createDataVolume({
        volumeId: "vol-0123456789abcdef0",
        folder: "/var/lib/data/folder",
        label: "tripod-test",
        keeps: "data",
      }),
      {
        path: "/etc/systemd/system/needs-data.service",
        mode: "0644",
        content: createUnit({
          unit: [
            ["Requires", "tripod-data.service"],
            ["After", "tripod-data.service"],
          ],
          service: [["ExecStart", "/usr/bin/sleep infinity"]],
        }),
      },
      // A file where a folder must be.
      { path: "/var/lib/data", mode: "0644", content: "in the way\n" },
      ...createFirstBoot("systemctl start --no-block needs-data"),
    ];
    const device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0";
    const host = await boot("redis", files, { [volume.node]: device });
    await host.booted();
    const journal = () => host.run("journalctl", "--no-pager", "--unit", "tripod-data");
    await until(
      "two attempts",
      async () => (await journal()).split("failed at line").length > 2,
      patienceMs,
    );
    await host.run("rm", "/var/lib/data");
    await until(
      "what needs the volume",
      async () =>
        (await host.run("sh", "-c", "systemctl is-active needs-data || true")) === "active\n",
      patienceMs,
    );
    const mounted = await host.run(
      "findmnt",
      "--noheadings",
      "--output=LABEL",
      "/var/lib/data/folder",
    );
    expect(mounted.trim()).toBe("tripod-test");
  });
});

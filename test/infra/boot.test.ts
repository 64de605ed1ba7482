import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadRelease } from "../../infra/release.ts";
import { loadDebianRoot } from "../hosts/debian-root.ts";
import { type Lab, openLab } from "../hosts/lab.ts";
import { whyNoHosts } from "../hosts/requirements.ts";
import { ofType, runMockedStack, userDataOf } from "../support/mocked-stack.ts";

const obstacle = whyNoHosts();

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
}

describe.skipIf(obstacle)(`what hosts boot from, read by Debian 13 (${obstacle ?? "here"})`, () => {
  let lab: Lab;
  let userData: Record<string, string>;
  beforeAll(async () => {
    const root = await loadDebianRoot();
    await loadRelease("arm64");
    const instances = ofType(await runMockedStack({ egress: "nat-instance" }), "Instance");
    userData = Object.fromEntries(instances.map((host) => [host.name, userDataOf(host)]));
    lab = await openLab();
    await lab.run(["mkdir", "/run/debian", "/run/changes", "/run/work"]);
    const layers = `lowerdir=${root},upperdir=/run/changes,workdir=/run/work`;
    await lab.run(["mount", "-t", "overlay", "-o", layers, "overlay", "/run/debian"]);
    await lab.run(["mount", "--bind", "/proc", "/run/debian/proc"]);
  }, 300_000);
  afterAll(() => lab.close());

  const write = (path: string, input: string) => lab.run(["tee", `/run/debian${path}`], { input });

  /** All that the shell command says in a Debian 13 of the lab, whether it succeeds or not. */
  async function inDebian(command: string): Promise<string> {
    const script = `(${command}) 2>&1 || echo "exit code $?"`;
    return lab.run(["chroot", "/run/debian", "env", "PATH=/usr/sbin:/usr/bin", "sh", "-c", script]);
  }

  async function check(text: string): Promise<string> {
    await write("/root/user-data", text);
    return inDebian("cloud-init schema --config-file /root/user-data");
  }

  const units = () =>
    Object.values(userData)
      .flatMap((text) => (parse(text) as CloudConfig).write_files)
      .filter(({ path }) => path.endsWith(".service"));

  test.each(["redis", "producer", "worker-1", "nat"])(
    "cloud-init accepts the user data of %s",
    async (host) => {
      expect(await check(userData[host] ?? "")).toBe("Valid schema /root/user-data\n");
    },
  );

  test("cloud-init of Debian 13 tells a misspelt key, so that the check above means something", async () => {
    const misspelt = (userData["redis"] ?? "").replace("\nruncmd:", "\nruncmdd:");
    const answer = await check(misspelt);
    expect(answer).toContain("runcmdd");
    expect(answer).not.toContain("Valid schema");
  });

  test("systemd understands every line of every unit", async () => {
    const files = units();
    const names = files.map(({ path }) => path.split("/").at(-1));
    expect(names).toHaveLength(6);
    expect(new Set(names)).toEqual(
      new Set([
        "redis-server.service",
        "tripod-data.service",
        "tripod-producer.service",
        "tripod-secrets.service",
        "tripod-worker.service",
      ]),
    );
    for (const { path, content } of files) await write(path, content);
    const programs = [
      "/usr/local/sbin/tripod-secrets",
      "/usr/local/sbin/tripod-data",
      "/usr/local/sbin/tripod-redis-memory",
      "/usr/bin/redis-server",
      "/opt/tripod/current/node",
    ];
    const install = programs.map((path) => `install -D /usr/bin/true ${path}`).join(" && ");
    const paths = [...new Set(files.map(({ path }) => path))].join(" ");
    expect(await inDebian(`${install} && systemd-analyze verify ${paths}`)).toBe("");
  });

  test.each([
    ["tripod-producer", 1.4],
    ["tripod-worker", 1.1],
    ["redis-server", 1.1],
  ])("systemd rates what %s can still do at %d, where 10 is everything", async (name, exposure) => {
    const unit = units().find(({ path }) => path.endsWith(`/${name}.service`));
    await write(`/root/${name}.service`, unit?.content ?? "");
    const rate = "SYSTEMD_COLORS=0 SYSTEMD_URLIFY=0 systemd-analyze security --offline=yes";
    const answer = await inDebian(`${rate} --threshold=20 --no-pager /root/${name}.service`);
    expect(answer).toContain(`Overall exposure level for ${name}.service: ${exposure} OK`);
    expect(answer).not.toContain("exit code");
  });

  test.each(["tripod-producer", "tripod-worker", "redis-server"])(
    "%s runs as a user of its own",
    (name) => {
      const unit = units().find(({ path }) => path.endsWith(`/${name}.service`));
      const user = name === "redis-server" ? "redis" : "tripod";
      expect(unit?.content).toContain(`\nUser=${user}\nGroup=${user}\n`);
    },
  );

  test("every script parses, and stops at its first failure", async () => {
    const scripts = Object.values(userData)
      .flatMap((text) => (parse(text) as CloudConfig).write_files)
      .filter(({ path }) => path.startsWith("/usr/local/sbin/"));
    expect(scripts).toHaveLength(10);
    for (const { content } of scripts) {
      expect(content).toMatch(/^#!\/bin\/bash\nset -Eeuo pipefail\n/);
      await write("/root/script", content);
      expect(await inDebian("bash -n /root/script")).toBe("");
    }
  });
});

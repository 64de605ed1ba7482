import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { grafanaKeyFingerprint, grafanaRepository } from "../../infra/boot/grafana-repository.ts";
import { commonUnits } from "../../infra/boot/monitor-units.ts";
import { loadBuiltRelease } from "../support/built-release.ts";
import { loadDebianRoot, rootPatienceMs } from "../hosts/debian-root.ts";
import { type Lab, openLab } from "../hosts/lab.ts";
import { whyNoHosts } from "../hosts/requirements.ts";
import { ofType, runMockedStack, userDataOf } from "../support/mocked-stack.ts";
import { disguised, signer, stranger } from "../support/signing-keys.ts";

const obstacle = whyNoHosts();

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
}

describe.skipIf(obstacle)(`what hosts boot from, read by Debian 13 (${obstacle ?? "here"})`, () => {
  let lab: Lab;
  let userData: Record<string, string>;
  let paths: string[];
  beforeAll(async () => {
    const root = await loadDebianRoot();
    await loadBuiltRelease("arm64");
    const instances = ofType(
      await runMockedStack({ egress: "nat-instance", monitoring: "true" }),
      "Instance",
    );
    userData = Object.fromEntries(instances.map((host) => [host.name, userDataOf(host)]));
    lab = await openLab();
    await lab.run(["mkdir", "/run/debian", "/run/changes", "/run/work"]);
    const layers = `lowerdir=${root},upperdir=/run/changes,workdir=/run/work`;
    await lab.run(["mount", "-t", "overlay", "-o", layers, "overlay", "/run/debian"]);
    await lab.run(["mount", "--bind", "/proc", "/run/debian/proc"]);
    paths = await writeUnits();
  }, rootPatienceMs);
  afterAll(() => lab.close());

  const write = (path: string, input: string) =>
    lab.run(["sh", "-c", 'mkdir -p "${1%/*}" && cat > "$1"', "sh", `/run/debian${path}`], {
      input,
    });

  /** All that the shell command says in a Debian 13 of the lab, whether it succeeds or not. */
  async function inDebian(command: string): Promise<string> {
    const script = `(${command}) 2>&1 || echo "exit code $?"`;
    return lab.run(["chroot", "/run/debian", "env", "PATH=/usr/sbin:/usr/bin", "sh", "-c", script]);
  }

  async function check(text: string): Promise<string> {
    await write("/root/user-data", text);
    return inDebian("cloud-init schema --config-file /root/user-data");
  }

  const files = () =>
    Object.values(userData).flatMap((text) => (parse(text) as CloudConfig).write_files);
  const units = () => [...files(), ...commonUnits].filter(({ path }) => path.endsWith(".service"));
  const dropIns = () =>
    [...files(), ...commonUnits].filter(({ path }) => path.includes(".service.d/"));

  /** Puts every unit in its place, and under a drop-in what its package would bring at the least. */
  async function writeUnits(): Promise<string[]> {
    for (const { path, content } of [...units(), ...dropIns()]) await write(path, content);
    const packaged = new Set(dropIns().map(({ path }) => path.replace(/\.d\/.*/, "")));
    for (const path of packaged) await write(path, "[Service]\nExecStart=/usr/bin/true\n");
    return [...new Set([...units().map(({ path }) => path), ...packaged])];
  }

  test.each(["redis", "producer", "worker-1", "monitor", "nat"])(
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
    const names = paths.map((path) => basename(path)).toSorted();
    expect([units().length, dropIns().length]).toEqual([14, 9]);
    expect(names).toEqual([
      "grafana-server.service",
      "loki.service",
      "nginx.service",
      "prometheus-node-exporter.service",
      "prometheus-redis-exporter.service",
      "prometheus.service",
      "redis-server.service",
      "tempo.service",
      "tripod-boot.service",
      "tripod-data.service",
      "tripod-producer.service",
      "tripod-secrets.service",
      "tripod-worker.service",
    ]);
    const programs = [
      "/usr/local/sbin/tripod-boot",
      "/usr/local/sbin/tripod-secrets",
      "/usr/local/sbin/tripod-data",
      "/usr/local/sbin/tripod-redis-memory",
      "/usr/local/sbin/tripod-redis-file",
      "/usr/local/sbin/tripod-exporter-login",
      "/usr/bin/prometheus",
      "/usr/bin/prometheus-node-exporter",
      "/usr/bin/prometheus-redis-exporter",
      "/usr/bin/redis-server",
      "/usr/sbin/nginx",
      "/opt/tripod/current/node",
    ];
    const install = programs.map((path) => `install -D /usr/bin/true ${path}`).join(" && ");
    // Their packages make these users.
    const users = "for user in grafana loki tempo prometheus; do useradd --system $user; done";
    const verify = `systemd-analyze verify ${paths.join(" ")}`;
    expect(await inDebian(`${users} && ${install} && ${verify}`)).toBe("");
  });

  test.each([
    ["tripod-producer", 1.4],
    ["tripod-worker", 1.3],
    ["redis-server", 1],
    ["prometheus", 1.1],
    ["prometheus-redis-exporter", 1.1],
    ["prometheus-node-exporter", 1.2],
    ["grafana-server", 1.3],
    ["loki", 1.3],
    ["tempo", 1.3],
    ["nginx", 1],
  ])("systemd rates what %s can still do at %d, where 10 is everything", async (name, exposure) => {
    const rate = "SYSTEMD_COLORS=0 SYSTEMD_URLIFY=0 systemd-analyze security --offline=yes";
    const path = `/etc/systemd/system/${name}.service`;
    const answer = await inDebian(`${rate} --threshold=20 --no-pager ${path}`);
    expect(answer).toContain(
      `Overall exposure level for ${name}.service: ${exposure.toFixed(1)} OK`,
    );
    expect(answer).not.toContain("exit code");
  });

  test.each([
    ["tripod-producer", "tripod"],
    ["tripod-worker", "tripod"],
    ["redis-server", "redis"],
    ["prometheus", "prometheus"],
    ["prometheus-redis-exporter", "prometheus"],
    ["prometheus-node-exporter", "prometheus"],
    ["grafana-server", "grafana"],
    ["loki", "loki"],
    ["tempo", "tempo"],
    ["nginx", "www-data"],
  ])("%s runs as the user %s", (name, user) => {
    const unit = [...units(), ...dropIns()].find(({ path }) => path.includes(`/${name}.service`));
    expect(unit?.content).toContain(`\nUser=${user}\n`);
  });

  test("apt takes Grafana's packages from their series alone, and nothing else from there", async () => {
    const offered = {
      grafana: ["12.4.4", "13.2.9", "13.20.1", "14.0.0"],
      loki: ["3.7.8", "4.0.0"],
      tempo: ["2.10.6", "3.0.1"],
      prometheus: ["99.0.0"],
    };
    const index = Object.entries(offered)
      .flatMap(([name, versions]) => versions.map((version) => [name, version]))
      .map(([name, version]) => `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n\n`);
    const lists = "/var/lib/apt/lists/apt.grafana.com_dists_stable";
    await write(`${lists}_InRelease`, "Suite: stable\nComponents: main\nArchitectures: amd64\n");
    await write(`${lists}_main_binary-amd64_Packages`, index.join(""));
    for (const { path, content } of grafanaRepository) await write(path, content);
    await inDebian("cp /etc/tripod/grafana.sources /etc/apt/sources.list.d/");

    const answer = await inDebian(`apt-cache policy ${Object.keys(offered).join(" ")}`);
    expect(answer.match(/^(\S+:|  Candidate: \S+)$/gm)).toEqual([
      "grafana:",
      "  Candidate: 13.2.9",
      "loki:",
      "  Candidate: 3.7.8",
      "tempo:",
      "  Candidate: 2.10.6",
      "prometheus:",
      expect.stringMatching(/^ {2}Candidate: 2\./),
    ]);
  });

  /** What the program for Grafana's repository says, and the keys that apt then has, where curl gets these. */
  async function publish(keys: string): Promise<string[]> {
    await write("/root/published", keys);
    const answer =
      await inDebian(`cd /etc/apt && rm -f keyrings/grafana.asc sources.list.d/grafana.sources
PATH=/root/fakes:$PATH bash /root/program || echo stopped
if [ -e sources.list.d/grafana.sources ]; then
  gpg --show-keys --with-colons keyrings/grafana.asc | sed -n 's/^fpr:*/apt has /p'
fi`);
    return answer.match(/^(tripod: refused|stopped|apt has).*$/gm) ?? [answer];
  }

  describe("Grafana's repository", () => {
    beforeAll(async () => {
      const program = "/usr/local/sbin/tripod-grafana-repository";
      const { content = "" } = grafanaRepository.find(({ path }) => path === program) ?? {};
      for (const { path, content: other } of grafanaRepository) await write(path, other);
      await write("/root/program", content.replaceAll(grafanaKeyFingerprint, signer.fingerprint));
      await write("/root/fakes/apt-get", "#!/bin/sh\n");
      await write(
        "/root/fakes/curl",
        `#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\ncp /root/published "$2"\n`,
      );
      // Nothing of it is a service, so that unpacking it is enough, and soon done.
      const debs =
        "{gpg,gpgconf,libassuan9,libgcrypt20,libgpg-error0,libnpth0t64,libreadline8t64,libsqlite3-0}_*.deb";
      await inDebian(
        `chmod +x /root/fakes/* && cd /var/cache/apt/archives && for deb in $(bash -c 'echo ${debs}'); do dpkg-deb --extract $deb /; done`,
      );
    }, 180_000);

    test("is known by the one key whose fingerprint we know, of all that are published", async () => {
      expect(await publish(stranger.armor + signer.armor)).toEqual([
        `apt has ${signer.fingerprint}:`,
      ]);
    });

    test.each([
      ["another key", stranger.armor, ` ${stranger.fingerprint}`],
      ["another key that has ours as a part", disguised.armor, ` ${disguised.fingerprint}`],
      ["no key at all", "<!doctype html>\n", ""],
    ])("stays unknown where %s is published, and the boot stops", async (_, keys, found) => {
      const expected = `expected ${signer.fingerprint}, got${found}`;
      expect(await publish(keys)).toEqual([
        `tripod: refused the key of apt.grafana.com: ${expected}`,
        "stopped",
      ]);
    });
  });

  test("every script parses, and stops at its first failure", async () => {
    const scripts = files().filter(({ path }) => path.startsWith("/usr/local/sbin/"));
    expect(scripts.length).toBeGreaterThan(10);
    for (const { content } of scripts) {
      expect(content).toMatch(/^#!\/bin\/bash\nset -Eeuo pipefail\n/);
      await write("/root/script", content);
      expect(await inDebian("bash -n /root/script")).toBe("");
    }
  });
});

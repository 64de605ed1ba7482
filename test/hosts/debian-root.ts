import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitForLock } from "../../src/local/lock.js";
import { repository } from "../support/pulumi-project.ts";
import { awsAddress } from "./network.ts";

const exec = promisify(execFile);

const mirror = "http://deb.debian.org";
const recipe = {
  suite: "trixie",
  sources: [
    `deb ${mirror}/debian trixie main`,
    `deb ${mirror}/debian-security trixie-security main`,
  ],
  /** What Debian's own image for EC2 has, as far as our hosts use it. */
  image: [
    "systemd systemd-sysv dbus ca-certificates curl e2fsprogs iproute2 procps",
    "cloud-init awscli unattended-upgrades openssh-server",
  ].join(" "),
  /** What a host installs at its first boot: downloaded, for the bed has no way to a mirror. */
  downloads: [
    "redis-server nftables nginx gpg",
    "prometheus prometheus-redis-exporter prometheus-node-exporter",
  ].join(" "),
  /** The one thing on a host that knows it is not on EC2. */
  awsConfig: `[default]\nendpoint_url = http://${awsAddress}:443\n`,
};
const key = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);

/**
 * What a hook that needs it waits for, in ms: it took 300 s where a core was busy and all others
 * waited for it as well.
 */
export const rootPatienceMs = 900_000;

/**
 * The folder of a Debian 13 like the one in EC2's image. The first call on a machine takes about
 * half a minute, as root; nobody may change what is in the folder.
 */
export async function loadDebianRoot(): Promise<string> {
  const folder = join(repository, ".tripod");
  const root = join(folder, `debian-13-${key}`);
  await mkdir(folder, { recursive: true });
  if (!(await exists(root))) {
    // The lock is a process's until it ends, so the building needs a process of its own.
    await exec(process.execPath, [import.meta.filename, root], { maxBuffer: 1 << 26 });
  }
  return root;
}

async function build(root: string): Promise<void> {
  await waitForLock(root, () => undefined);
  if (await exists(root)) return;
  const draft = `${root}.draft`;
  await rm(draft, { recursive: true, force: true });
  const download = `chroot "$1" apt-get --yes --no-install-recommends --download-only install ${recipe.downloads}`;
  await exec(
    "mmdebstrap",
    [
      "--mode=root",
      "--variant=minbase",
      `--include=${recipe.image}`,
      // A root that a power cut spoils is built anew; the hosts' own dpkg is as Debian has it.
      "--dpkgopt=force-unsafe-io",
      `--customize-hook=rm "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"`,
      `--customize-hook=${download}`,
      "--skip=cleanup/apt/lists,cleanup/apt/cache",
      recipe.suite,
      draft,
      ...recipe.sources,
    ],
    { maxBuffer: 1 << 26 },
  );
  await mkdir(join(draft, "root/.aws"));
  await writeFile(join(draft, "root/.aws/config"), recipe.awsConfig);
  await rename(draft, root);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === import.meta.filename) await build(process.argv[2] ?? "");

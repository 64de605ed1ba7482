import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, appendFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitForLock } from "../../src/local/lock.js";
import { repository } from "../support/pulumi-project.ts";
import { awsAddress } from "./network.ts";

const exec = promisify(execFile);

const mirror = "http://deb.debian.org";
const recipe = {
  bootstrap: "systemd systemd-sysv dbus ca-certificates curl e2fsprogs iproute2 procps",
  /** What Debian's own image for EC2 has, as far as our hosts use it. */
  image: "cloud-init awscli unattended-upgrades openssh-server",
  /** What a host installs at its first boot: downloaded, for the bed has no way to a mirror. */
  downloads: "redis-server nftables prometheus prometheus-redis-exporter prometheus-node-exporter",
  /** The one thing on a host that knows it is not on EC2. */
  awsConfig: `[default]\nendpoint_url = http://${awsAddress}:443\n`,
};
const key = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);

/**
 * The folder of a Debian 13 like the one in EC2's image. The first call on a machine takes about a
 * minute, as root; nobody may change what is in the folder.
 */
export async function loadDebianRoot(): Promise<string> {
  const root = join(repository, `.tripod/debian-13-${key}`);
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
  await mkdir(draft, { recursive: true });
  await exec(
    "debootstrap",
    [
      "--variant=minbase",
      `--include=${recipe.bootstrap.replaceAll(" ", ",")}`,
      "trixie",
      draft,
      `${mirror}/debian`,
    ],
    { maxBuffer: 1 << 26 },
  );
  await appendFile(
    join(draft, "etc/apt/sources.list"),
    `deb ${mirror}/debian-security trixie-security main\n`,
  );
  const apt = async (...args: string[]) =>
    exec("chroot", [draft, "apt-get", "--yes", "--no-install-recommends", ...args], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive" },
      maxBuffer: 1 << 26,
    });
  await apt("update");
  await apt("install", ...recipe.image.split(" "));
  await apt("install", "--download-only", ...recipe.downloads.split(" "));
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

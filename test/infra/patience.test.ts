import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDataVolume } from "../../infra/boot/data-volume.ts";
import { createInstallation, createScript, retry } from "../../infra/boot/script.ts";
import { loadDebianRoot, rootPatienceMs } from "../hosts/debian-root.ts";
import { type Lab, openLab } from "../hosts/lab.ts";
import { whyNoHosts } from "../hosts/requirements.ts";

const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`scripts that wait, on Debian 13 (${obstacle ?? "here"})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    const root = await loadDebianRoot();
    lab = await openLab();
    await lab.run(["mkdir", "/run/debian", "/run/changes"]);
    // A file system of its own, on which devices may be made.
    await lab.run(["mount", "-t", "tmpfs", "-o", "dev", "tmpfs", "/run/changes"]);
    await lab.run(["mkdir", "/run/changes/upper", "/run/changes/work"]);
    const layers = `lowerdir=${root},upperdir=/run/changes/upper,workdir=/run/changes/work`;
    await lab.run(["mount", "-t", "overlay", "-o", layers, "overlay", "/run/debian"]);
    await lab.run(["mount", "--bind", "/proc", "/run/debian/proc"]);
  }, rootPatienceMs);
  afterAll(() => lab.close());

  /** All that the program says in a Debian without a network, with shell functions instead of some commands. */
  async function run(program: string, standIns: string): Promise<string> {
    const put = (path: string, input: string) =>
      lab.run(["sh", "-c", 'cat > "$1"', "sh", `/run/debian${path}`], { input });
    await put("/root/program", program);
    await put("/root/stand-ins", `set -a\n${standIns}\n`);
    const script = "(. /root/stand-ins && bash /root/program) 2>&1 || echo exit code $?";
    const path = "PATH=/usr/sbin:/usr/bin";
    return lab.run(["chroot", "/run/debian", "env", path, "bash", "-c", script]);
  }

  test("a package is installed by a host whose mirror did not answer at first", async () => {
    const program = createScript(`${retry}\n${createInstallation(["answer"])}\nanswer`);
    // The mirror is there at the third pause.
    const standIns = `
sleep() {
  echo pause >> /root/pauses
  if [ "$(wc -l < /root/pauses)" -eq 3 ]; then make_mirror; fi
}
make_mirror() {
  mkdir -p /root/package/DEBIAN /root/package/usr/bin /root/mirror
  printf 'Package: answer\\nVersion: 1\\nArchitecture: all\\nMaintainer: Tripod <a@b.example>\\nDescription: answer\\n' > /root/package/DEBIAN/control
  printf '#!/bin/sh\\necho the answer\\n' > /root/package/usr/bin/answer
  chmod 755 /root/package/usr/bin/answer
  dpkg-deb --build /root/package /root/mirror/answer.deb
  cd /root/mirror
  { cat /root/package/DEBIAN/control; printf 'Filename: ./answer.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s answer.deb)" "$(sha256sum answer.deb | cut -d ' ' -f 1)"; } > Packages
}
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/root/mirror ./' > /etc/apt/sources.list`;
    const said = await run(program, standIns);
    expect(said).toContain("tripod: attempt 3 of 30 failed: apt-get update --error-on=any");
    expect(said).not.toContain("attempt 4");
    expect(said).toMatch(/\nthe answer\n$/);
  });

  test("a volume is waited for as long as it takes, with a word about it each minute", async () => {
    const [, script] = createDataVolume({
      volumeId: "vol-0123456789abcdef0",
      folder: "/var/lib/redis",
      label: "tripod-redis",
      keeps: "jobs",
    });
    const device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0";
    const standIns = `
seconds=0
sleep() {
  seconds=$((seconds + 1))
  if [ "$seconds" -eq 2000 ]; then mkdir -p "\${device%/*}" && mknod "$device" b 7 250; fi
}
mount() { echo "mount $*"; }
cmp() { return 1; }
resize2fs() { echo "resize2fs $*"; }`;
    const said = await run(script?.content ?? "", standIns);
    expect(said).toContain("tripod: still waiting for vol-0123456789abcdef0, after 30 s\n");
    expect(said).toContain(", after 1950 s\n");
    expect(said.match(/still waiting/g)).toHaveLength(33);
    expect(said).toMatch(new RegExp(`mount .* ${device} /var/lib/redis\\nresize2fs ${device}\\n$`));
  });
});

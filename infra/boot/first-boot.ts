import type { BootFile } from "./cloud-config.ts";
import { createScript } from "./script.ts";
import { createUnit } from "./unit.ts";

const program = "/usr/local/sbin/tripod-boot";

/** The command of a host's first boot, which `createFirstBoot` makes. */
export const firstBootCommand = "/usr/local/sbin/tripod-first-boot";

/**
 * What makes a host of an image: the shell lines, which must bear being run again. cloud-init runs
 * them once an instance and reports a failure; the unit `tripod-boot` goes on trying until they
 * succeed, after a reboot too, for mirrors and AWS come back without telling anybody.
 */
export function createFirstBoot(lines: string): BootFile[] {
  return [
    { path: "/etc/systemd/system/tripod-boot.service", mode: "0644", content: unit },
    { path: firstBootCommand, mode: "0755", content: firstBoot },
    {
      path: program,
      mode: "0755",
      content: createScript(`${lines.trim()}\nsystemctl disable --quiet tripod-boot`),
    },
  ];
}

const unit = createUnit({
  unit: [
    ["Description", "Tripod's first boot, until it succeeds"],
    ["Wants", "network-online.target"],
    ["After", "network-online.target"],
    ["StartLimitIntervalSec", "0"],
  ],
  service: [
    ["Type", "oneshot"],
    ["TimeoutStartSec", "infinity"],
    ["ExecStart", program],
    ["StandardOutput", "journal+console"],
    ["Restart", "on-failure"],
    ["RestartSec", "20"],
  ],
  wantedBy: "multi-user.target",
});

const firstBoot = createScript(`
systemctl enable --quiet tripod-boot
${program} || { systemctl start --no-block tripod-boot; exit 1; }
`);

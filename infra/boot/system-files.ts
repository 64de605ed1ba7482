import type { BootFile } from "./cloud-config.ts";

/**
 * A flood of lines can take this much of a host's disk, of 8 GB. journald counts each unit by itself,
 * multiplies the burst by three or more, by the disk that is free, and notes in the unit's own journal
 * how many lines it left out. A flood that goes on fills the journal in a quarter of an hour, and then
 * pushes older lines of all units out.
 */
const journal = `[Journal]
Storage=persistent
SystemMaxUse=500M
RuntimeMaxUse=50M
RateLimitIntervalSec=30s
RateLimitBurst=10000
`;

/** Settings of every host: security upgrades by themselves, a bounded journal, dead peers noticed. */
export function createSystemFiles(
  kernelSettings: Readonly<Record<string, number>> = {},
): BootFile[] {
  // Five retries notice a dead peer in seconds to a minute; the default takes a quarter of an hour.
  const settings = { "net.ipv4.tcp_retries2": 5, ...kernelSettings };
  return [
    {
      path: "/etc/apt/apt.conf.d/20auto-upgrades",
      mode: "0644",
      content: `APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
`,
    },
    {
      path: "/etc/systemd/journald.conf.d/tripod.conf",
      mode: "0644",
      content: journal,
    },
    {
      path: "/etc/sysctl.d/60-tripod.conf",
      mode: "0644",
      content: Object.entries(settings)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(""),
    },
  ];
}

/** Shell lines that put the settings into force on a first boot. */
export const applySystemFiles = `systemctl restart systemd-sysctl systemd-journald
systemctl daemon-reload`;

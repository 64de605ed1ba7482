import { network, outboundPorts } from "../../src/contract/topology.ts";
import { createUserData } from "./cloud-config.ts";
import { createFirstBoot, firstBootCommand } from "./first-boot.ts";
import { createInstallation, retry } from "./script.ts";
import { applySystemFiles, createSystemFiles } from "./system-files.ts";

/** User data of the host that lends the back subnet its public address. */
export function createNatUserData(): string {
  return createUserData({
    files: [
      ...createSystemFiles({ "net.ipv4.ip_forward": 1 }),
      {
        path: "/etc/nftables.conf",
        mode: "0644",
        content: `flush ruleset
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${network.back} tcp dport { ${outboundPorts.join(", ")} } masquerade
  }
}
`,
      },
      ...createFirstBoot(`
${retry}
${applySystemFiles}
${createInstallation(["nftables", "unattended-upgrades"])}
systemctl enable nftables
systemctl restart nftables
`),
    ],
    command: firstBootCommand,
  });
}

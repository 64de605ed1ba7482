import type { Flow } from "../../infra/flows.ts";
import type { Host } from "../../src/contract/topology.ts";
import { type Station, addresses } from "./network.ts";

/**
 * A host's security group as an nftables ruleset. Like AWS it remembers connections, drops in
 * silence what no flow allows, and leaves link-local traffic alone.
 */
export function createRuleset(host: Host, flows: readonly Flow[]): string {
  const incoming = flows.filter(({ to }) => to === host);
  const outgoing = flows.filter(({ from }) => from === host);
  return `table inet security_group {
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    ip saddr 169.254.0.0/16 accept
${incoming.map(({ from, port }) => `    ip saddr ${range(from)} tcp dport ${port} accept`).join("\n")}
  }
  chain output {
    type filter hook output priority 0; policy drop;
    oif lo accept
    ct state established,related accept
    ip daddr 169.254.0.0/16 accept
${outgoing.map(({ to, port }) => `    ip daddr ${range(to)} tcp dport ${port} accept`).join("\n")}
  }
}
`;
}

function range(station: Station): string {
  return station === "internet" ? "0.0.0.0/0" : addresses[station];
}

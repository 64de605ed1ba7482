import { isIPv4, isIPv6 } from "node:net";

/** ::ffff:0:0/96 and 64:ff9b::/96: an IPv4 address follows. */
const holdIPv4 = new Set(["0:0:0:0:0:ffff", "64:ff9b:0:0:0:0"]);

/**
 * The client behind an address, however a proxy writes it: with a port, in brackets or quotes, in
 * capitals, or as IPv6 where it is IPv4, also by NAT64's prefix (RFC 6052). One IPv6 client owns a
 * whole /64, so that is what is counted.
 */
export function clientOf(address: string): string {
  // Asked three times a request, and mostly this.
  if (isIPv4(address)) return address;
  const unquoted = address.replaceAll('"', "").trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(unquoted)?.[1] ?? unquoted;
  const plain = bare.replace(/(\.\d+):\d+$/, "$1").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain.toLowerCase();
  // In lower case, and with :: for the longest run of zeros.
  const ip = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const groups = groupsOf(ip);
  const prefix = groups.slice(0, 6).join(":");
  if (holdIPv4.has(prefix)) {
    return toIPv4(groups.slice(6).map((group) => Number.parseInt(group, 16)));
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}

function groupsOf(ip: string): string[] {
  const [head = "", tail] = ip.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const zeros = Array<string>(tail === undefined ? 0 : 8 - first.length - last.length).fill("0");
  return [...first, ...zeros, ...last];
}

function toIPv4(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 255]).join(".");
}

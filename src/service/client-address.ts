import { isIPv4, isIPv6 } from "node:net";

/**
 * The client behind an address, however a proxy writes it: with a port, in brackets or quotes, in
 * capitals, or as IPv6 where it is IPv4. One IPv6 client owns a whole /64, so that is what is counted.
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
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(ip);
  if (mapped !== null) return toIPv4(mapped.slice(1).map((group) => Number.parseInt(group, 16)));
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const zeros = Array<string>(tail === undefined ? 0 : 8 - groups.length - last.length).fill("0");
  return `${[...groups, ...zeros, ...last].slice(0, 4).join(":")}::/64`;
}

function toIPv4(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 255]).join(".");
}

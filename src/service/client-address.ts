import { isIPv6 } from "node:net";

/** The client behind an address: one IPv6 client owns a whole /64, so that is what is counted. */
export function clientOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":");
  const filled = tail === undefined ? groups : [...groups, ...Array<string>(8).fill("0")];
  return `${filled.slice(0, 4).join(":")}::/64`;
}

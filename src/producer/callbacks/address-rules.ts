import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** What callbacks may reach besides the public internet, as an operator allows it. */
export interface AddressRules {
  /** Whether anything may be sent to this IP address at all. */
  readonly isOpen: (address: string) => boolean;
  /** Whether an operator has listed this address: it may be reached by plain HTTP and on any port. */
  readonly isListed: (address: string) => boolean;
  /** Whether an operator has listed this name, whatever it resolves to. */
  readonly isListedName: (name: string) => boolean;
  /** Whether anything but names is listed. */
  readonly listsAddresses: boolean;
}

/** IPv4 of special purpose, as IANA's registry has it, with multicast, and the host agent of Azure. */
const closedV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
];

/** Of IPv6, all but this is of special purpose: mapped, compatible and translated IPv4 among it. */
const openV6 = "2000::/3";
/** Of that again, protocol assignments with Teredo, 6to4, and documentation. */
const closedV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const closed = listOf([...closedV4, ...closedV6]);
const unicast = listOf([openV6]);

/**
 * Reads a list of addresses, networks such as `10.0.0.0/8`, and names of hosts, with commas between
 * them. Throws an error that names an entry that is none of these.
 */
export function createAddressRules(allowed: string): AddressRules {
  const entries = allowed.split(",").flatMap((entry) => entry.trim().toLowerCase() || []);
  const names = new Set(entries.filter(isName));
  const networks = entries.filter((entry) => !names.has(entry));
  const listed = listOf(networks);
  const isListed = (address: string) => listed.check(address, familyOf(address));
  return {
    isOpen: (address) => isListed(address) || isPublic(address),
    isListed,
    isListedName: (name) => names.has(name.toLowerCase()),
    listsAddresses: networks.length > 0,
  };
}

function isPublic(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, "ipv4");
  return isIPv6(address) && unicast.check(address, "ipv6") && !closed.check(address, "ipv6");
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/** A name has a letter that no address has, or a dot and no colon. */
function isName(entry: string): boolean {
  return /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(entry) && isIP(entry) === 0;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits, ...rest] = network.split("/");
    const most = isIPv4(address) ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    const isSound =
      isIP(address) !== 0 &&
      rest.length === 0 &&
      (bits === undefined || /^\d{1,3}$/.test(bits)) &&
      prefix <= most;
    if (!isSound) {
      throw new Error(
        `got "${network}", expected an address, a network such as "10.0.0.0/8", or the name of a host`,
      );
    }
    list.addSubnet(address, prefix, familyOf(address));
  }
  return list;
}

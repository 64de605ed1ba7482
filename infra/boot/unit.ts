import { network } from "../../src/contract/topology.ts";
import type { BootFile } from "./cloud-config.ts";

type Entries = readonly (readonly [key: string, value: string])[];

export interface Unit {
  readonly unit: Entries;
  readonly service: Entries;
  readonly wantedBy?: string;
}

/** A systemd service file; a key may occur more than once. */
export function createUnit({ unit, service, wantedBy }: Unit): string {
  const sections = [createSection("Unit", unit), createSection("Service", service)];
  if (wantedBy !== undefined) sections.push(createSection("Install", [["WantedBy", wantedBy]]));
  return sections.join("\n");
}

function createSection(name: string, entries: Entries): string {
  return [`[${name}]`, ...entries.map(([key, value]) => `${key}=${value}`), ""].join("\n");
}

/**
 * What adds to a package's own unit and overrides it: a file for `<unit>.d`. Entries of a key that
 * may occur more than once add to the package's, unless an empty one comes first.
 */
export function createDropIn(unit: string, sections: Omit<Unit, "wantedBy">): BootFile {
  return {
    path: `/etc/systemd/system/${unit}.service.d/tripod.conf`,
    mode: "0644",
    content: createUnit(sections),
  };
}

/**
 * What some services need although others must not have it: the host's network interfaces, the
 * host's processes and memory, control groups below their own, and the metadata service, which hands
 * out the host's role.
 */
type Need = "interfaces" | "host" | "groups" | "metadata";

/**
 * Entries for a service that neither calls nor answers anybody beyond the host and the VPC: systemd
 * drops its packets where a security group, which knows hosts but no programs, must let them pass.
 */
export const withinNetwork: Entries = [
  ["IPAddressAllow", `localhost ${network.vpc}`],
  ["IPAddressDeny", "any"],
];

/**
 * What takes from a service everything it does not need. `MemoryDenyWriteExecute` is missing
 * because V8 compiles to memory; metadata is denied so that no task can borrow the host's role.
 */
export function createHardening(
  capability: "CAP_NET_BIND_SERVICE" | "none",
  needs: readonly Need[] = [],
): Entries {
  const capabilities = capability === "none" ? "" : capability;
  const families = ["AF_INET", "AF_INET6", "AF_UNIX"];
  if (needs.includes("interfaces")) families.push("AF_NETLINK");
  return [
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", capabilities],
    ["AmbientCapabilities", capabilities],
    // A user namespace of its own could not bind a port below 1024.
    ["PrivateUsers", capability === "none" ? "yes" : "no"],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["PrivateTmp", "yes"],
    ["PrivateDevices", "yes"],
    ["ProtectHostname", "yes"],
    ["ProtectClock", "yes"],
    ["ProtectKernelTunables", "yes"],
    ["ProtectKernelModules", "yes"],
    ["ProtectKernelLogs", "yes"],
    ["ProtectControlGroups", needs.includes("groups") ? "no" : "yes"],
    ["ProtectProc", needs.includes("host") ? "default" : "invisible"],
    ["ProcSubset", needs.includes("host") ? "all" : "pid"],
    ["RestrictAddressFamilies", families.join(" ")],
    ["RestrictNamespaces", "yes"],
    ["RestrictRealtime", "yes"],
    ["RestrictSUIDSGID", "yes"],
    ["LockPersonality", "yes"],
    ["RemoveIPC", "yes"],
    ["UMask", "0077"],
    ["SystemCallArchitectures", "native"],
    ["SystemCallFilter", "@system-service"],
    ["SystemCallFilter", "~@privileged @resources"],
    ["SystemCallErrorNumber", "EPERM"],
    ["IPAddressDeny", needs.includes("metadata") ? "" : "169.254.169.254 fd00:ec2::254"],
  ];
}

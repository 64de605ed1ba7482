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
 * What takes from a service everything it does not need. `MemoryDenyWriteExecute` is missing
 * because V8 compiles to memory; metadata is denied so that no task can borrow the host's role.
 */
export function createHardening(capability: "CAP_NET_BIND_SERVICE" | "none"): Entries {
  const capabilities = capability === "none" ? "" : capability;
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
    ["ProtectControlGroups", "yes"],
    ["ProtectProc", "invisible"],
    ["ProcSubset", "pid"],
    ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"],
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
    ["IPAddressDeny", "169.254.169.254 fd00:ec2::254"],
  ];
}

import { findObstacle, labRequirements } from "../support/requirements.ts";

const commands = [...labRequirements.commands, "mmdebstrap", "losetup", "systemd-nspawn"];

/** Why hosts cannot be booted on this machine, or `undefined` if they can. Throws in CI. */
export function whyNoHosts(): string | undefined {
  const requirements = { commands, namespaces: true, cgroups: true, processor: "x64" } as const;
  return findObstacle("boot hosts", requirements);
}

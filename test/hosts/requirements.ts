import { findObstacle, labRequirements } from "../support/requirements.ts";

const commands = [...labRequirements.commands, "mmdebstrap", "losetup", "systemd-nspawn"];

/** Why hosts cannot be booted on this machine, or `undefined` if they can. Throws in CI. */
export function whyNoHosts(): string | undefined {
  return findObstacle("boot hosts", { commands, namespaces: true, processor: "x64" });
}

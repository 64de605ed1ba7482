import { spawnSync } from "node:child_process";

const setpriv = ["setpriv", "--pdeathsig", "KILL"] as const;

/**
 * What to put before a command so that the kernel kills it together with this process, to which a
 * `kill -9` leaves no time for it. Empty where the system has no such means; only Linux has.
 */
export function loadDeathSignal(): readonly string[] {
  return spawnSync(setpriv[0], [...setpriv.slice(1), "true"]).status === 0 ? setpriv : [];
}

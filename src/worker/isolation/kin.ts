import { type ControlGroup, openControlGroup } from "./control-group.ts";
import { createMark, type Mark } from "./marked-processes.ts";

/** A process and whatever descends from it, in sessions of its own, too. */
export interface Kin {
  /** Belongs to the environment of the first. */
  readonly env: Mark["env"];
  /** File that the first writes a 0 into before it does anything; `undefined` if there is no group. */
  readonly members: string | undefined;
  /** Kills all of them. */
  kill(): void;
}

/** By a mark, which a cleared environment takes off, and a group in the delegated one, which is left only on purpose. */
export function openKin(delegated: string | undefined): Kin {
  const group = delegated === undefined ? undefined : tryGroup(delegated);
  const mark = createMark();
  return {
    env: mark.env,
    members: group?.members,
    kill() {
      group?.kill();
      mark.kill();
    },
  };
}

function tryGroup(delegated: string): ControlGroup | undefined {
  try {
    return openControlGroup(delegated);
  } catch {
    // No right to it any more, or no room for another one.
    return undefined;
  }
}

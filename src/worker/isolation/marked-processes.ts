import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process has it in its environment, and so have those that it starts, in whatever session. */
const variable = "TRIPOD_ISOLATED";

/** Found in the environment of processes; names who has made it, and nobody makes the same again. */
export interface Mark {
  readonly env: Readonly<Record<string, string>>;
  /** Kills every process that has it, until none is left. */
  kill(): void;
}

/** Rounds in which something new may turn up: only what starts processes faster than we look gets there. */
const rounds = 100;
/** A process that is just becoming another program shows no environment, for less than this. */
const lookAgainMs = 100;
/** One that waits for a disk dies only when that answers: it has been told, and is not looked for any more. */
const maxLooks = 50;

/** A mark of this process. Only Linux shows the environment of others: elsewhere nothing is found. */
export function createMark(): Mark {
  const mark = `${describeProcess("self") ?? ""} ${randomUUID()}`;
  return {
    env: { [variable]: mark },
    kill() {
      const look = (left: number) => {
        if (killAll((found) => found === mark) === 0 || left === 0) return;
        setTimeout(look, lookAgainMs, left - 1).unref();
      };
      look(maxLooks);
    },
  };
}

/** Kills what is marked by processes that have ended without time for it; returns how many those were. */
export function killAbandoned(): number {
  const [namespace] = (describeProcess("self") ?? "").split(" ");
  return killAll((mark) => {
    const [markedIn, pid = ""] = mark.split(" ");
    // A process number means something only among those that are counted with it.
    if (namespace === "" || markedIn !== namespace) return false;
    const marker = mark.split(" ").slice(0, -1).join(" ");
    const found = describeProcess(pid);
    // What cannot be read for another reason may be alive.
    return found === undefined ? !existsSync(`/proc/${pid}`) : found !== marker;
  });
}

/** Until a round finds nothing that has not been killed: what was killed starts no more processes. */
function killAll(isWanted: (mark: string) => boolean): number {
  const killed = new Set<number>();
  for (let round = 0; round < rounds; round += 1) {
    const found = listMarked().filter(({ pid, mark }) => !killed.has(pid) && isWanted(mark));
    if (found.length === 0) break;
    for (const { pid } of found) {
      killed.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended since.
      }
    }
  }
  return killed.size;
}

function listMarked(): { readonly pid: number; readonly mark: string }[] {
  const pids = listFolder("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const mark = readText(`/proc/${pid}/environ`)
      ?.split("\0")
      .find((entry) => entry.startsWith(`${variable}=`))
      ?.slice(variable.length + 1);
    return mark === undefined || Number(pid) === process.pid ? [] : [{ pid: Number(pid), mark }];
  });
}

/** What no other process on this machine is ever called: where it counts, its number, and its start. */
function describeProcess(pid: string): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const [number] = stat.split(" ");
  // The name, which may hold anything, is in brackets; the start is the 22nd field.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z") return "ended";
  return `${readNamespace()} ${number} ${fields[19]}`;
}

function readNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has ended, is somebody else's, or the system shows no processes there.
    return undefined;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/**
 * As much as this of a stream in so long reaches the log: some 25,000 characters a second, counted
 * before any is escaped, and a hundred lines, and what a crash prints at once.
 */
const allowed = { characters: 262_144, lines: 1_000 } as const;
const windowMs = 10_000;

/** Of each of a task's streams: a flood on the one hides nothing that a crash prints on the other. */
export type OutputLimits = Readonly<Record<"stdout" | "stderr", OutputLimit>>;
export type OutputLimit = (piece: string) => boolean;

export function createOutputLimits(onDropped: (characters: number) => void): OutputLimits {
  return { stdout: createOutputLimit(onDropped), stderr: createOutputLimit(onDropped) };
}

/**
 * Says of each piece of a program's output whether it is to be told. What is not is counted, and
 * said once when the window is over, so that a program that prints without end fills no disk.
 */
export function createOutputLimit(onDropped: (characters: number) => void): OutputLimit {
  let left: Record<keyof typeof allowed, number> = { ...allowed };
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  const endWindow = () => {
    if (dropped > 0) onDropped(dropped);
    left = { ...allowed };
    dropped = 0;
    timer = undefined;
  };
  return (piece) => {
    timer ??= setTimeout(endWindow, windowMs).unref();
    const characters = left.characters - piece.length;
    const lines = left.lines - piece.split("\n").length;
    if (characters >= 0 && lines >= 0) {
      left = { characters, lines };
      return true;
    }
    left = { characters: 0, lines: 0 };
    dropped += piece.length;
    return false;
  };
}

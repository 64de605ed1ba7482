/** As much as this in so long reaches the log: some 25 KB a second, and what a crash prints at once. */
const allowedCharacters = 262_144;
const windowMs = 10_000;

/**
 * Says of each piece of a program's output whether it is to be told. What is not is counted, and
 * said once when the window is over, so that a program that prints without end fills no disk.
 */
export function createOutputLimit(
  onDropped: (characters: number) => void,
): (piece: string) => boolean {
  let left = allowedCharacters;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  const endWindow = () => {
    if (dropped > 0) onDropped(dropped);
    left = allowedCharacters;
    dropped = 0;
    timer = undefined;
  };
  return (piece) => {
    timer ??= setTimeout(endWindow, windowMs).unref();
    if (piece.length <= left) {
      left -= piece.length;
      return true;
    }
    left = 0;
    dropped += piece.length;
    return false;
  };
}

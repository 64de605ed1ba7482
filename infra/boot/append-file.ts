import type { BootFile } from "./cloud-config.ts";
import { createScript } from "./script.ts";

/**
 * Shell function: takes the zeros off the end of Redis's append-only file in a data folder, before
 * Redis starts. A power cut can leave them, where the file had grown but its data was not yet on the
 * disk, and Redis would refuse the file for ever. No command ends with a zero, so none is lost; what
 * is left of a last command is Redis's to cut, and anything else that it cannot read is for people
 * to look at. Any POSIX shell runs it, for a host of Redis has no Node.js.
 */
export const cutZeros = `cut_zeros() {
  manifest=$1/appendonlydir/appendonly.aof.manifest
  [ -f "$manifest" ] || return 0
  # Redis writes to the last file alone.
  name=$(sed -n 's/^file \\(.*\\) seq [0-9]* type i.*$/\\1/p' "$manifest" | tail -n 1)
  file=$1/appendonlydir/$name
  [ -n "$name" ] && [ -s "$file" ] || return 0
  [ "$(tail -c 1 "$file" | tr -d '\\000' | wc -c)" -eq 0 ] || return 0
  size=$(($(wc -c < "$file")))
  end=1048576
  while [ "$end" -lt "$size" ] && [ "$(tail -c "$end" "$file" | tr -d '\\000' | wc -c)" -eq 0 ]; do
    end=$((end * 2))
  done
  [ "$end" -le "$size" ] || end=$size
  # As one line of x and 0, of which the last zeros are left.
  zeros=$(($(tail -c "$end" "$file" | LC_ALL=C tr -c '\\000' x | tr '\\000' 0 | sed 's/.*x//' | tr -cd 0 | wc -c)))
  copy=$1/$name.from-$((size - end))
  tail -c "$end" "$file" > "$copy"
  dd if=/dev/null of="$file" bs=1 seek="$((size - zeros))" 2>/dev/null
  echo "tripod: cut $zeros zeros off the end of $file, as a power cut leaves them; its last $end bytes, zeros included, are in $copy" >&2
}`;

/** The program that readies the append-only file in the folder for Redis. */
export function createAppendFileCheck(folder: string): BootFile {
  return {
    path: "/usr/local/sbin/tripod-redis-file",
    mode: "0755",
    content: createScript(`${cutZeros}\ncut_zeros ${folder}`),
  };
}

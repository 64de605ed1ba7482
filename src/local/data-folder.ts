import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "./lock.js";

/**
 * Makes the folder and reserves it for this process: two Redis servers would ruin each other's file.
 * Throws an error that names the process that has it.
 */
export async function claimDataFolder(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const holder = join(folder, "launcher.pid");
  if (await takeLock(`data ${realpathSync(folder)}`)) {
    writeFileSync(holder, `${process.pid}\n`);
    return;
  }
  throw new Error(
    `"${folder}" is in use by the launcher with pid ${readFileSync(holder, "utf8").trim()}; ` +
      "stop that one, or set TRIPOD_DATA to another folder",
  );
}

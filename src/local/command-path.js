import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Full path of the first of these commands that a shell with this PATH would find.
 * @param {readonly string[]} commands
 * @param {string | undefined} path
 * @returns {string | undefined}
 */
export function findCommand(commands, path = "") {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return commands
    .flatMap((command) => folders.map((folder) => join(folder, command)))
    .find(isExecutableFile);
}

/** @param {string} file */
function isExecutableFile(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

import { createHash } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Takes the machine-wide lock of this name, or answers `false` when another process has it.
 * It is held until this process ends, however it ends: a stale lock cannot exist.
 * @param {string} name
 * @returns {Promise<boolean>}
 */
export async function takeLock(name) {
  const server = createServer((waiter) => waiter.on("error", () => waiter.destroy()).unref());
  server.listen(addressOf(name));
  try {
    await once(server, "listening");
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") return removedDeadSocket(name);
    throw error;
  }
  server.unref();
  return true;
}

/**
 * Takes the lock as soon as whoever has it has ended; `onWait` is called before each wait.
 * @param {string} name
 * @param {() => void} onWait
 */
export async function waitForLock(name, onWait) {
  while (!(await takeLock(name))) {
    onWait();
    const holder = connect(addressOf(name));
    // A refused or broken connection says the same as a closed one: nobody is there any more.
    holder.on("error", () => holder.destroy());
    holder.resume();
    await new Promise((resolve) => holder.once("close", resolve));
  }
}

/**
 * Linux has socket names outside the file system that vanish with their process; elsewhere the
 * socket file of a killed process stays, and is removed when nobody answers on it.
 * @param {string} name
 */
async function removedDeadSocket(name) {
  if (process.platform === "linux") return false;
  const probe = connect(addressOf(name));
  try {
    await once(probe, "connect");
    probe.destroy();
    return false;
  } catch (error) {
    if (codeOf(error) !== "ECONNREFUSED") throw error;
    rmSync(addressOf(name), { force: true });
    return takeLock(name);
  }
}

/** @param {string} name */
function addressOf(name) {
  const id = `tripod-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  return process.platform === "linux" ? `\0${id}` : join(tmpdir(), `${id}.sock`);
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

import { execFile } from "node:child_process";
import { type FileHandle, open, truncate, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface Volume {
  /** Block device of the machine that the tests run on. */
  readonly node: string;
  close(): Promise<void>;
}

/** A blank block device kept in the file, as EBS hands out a new volume. */
export async function openVolume(file: string, bytes: number): Promise<Volume> {
  await writeFile(file, "");
  await truncate(file, bytes);
  const { stdout } = await exec("losetup", ["--find", "--show", file]);
  const node = stdout.trim();
  const handle: FileHandle = await open(node, "r");
  // Detached now, the kernel gives the device back as soon as nobody has it open or mounted.
  await exec("losetup", ["--detach", node]);
  return { node, close: () => handle.close() };
}

import { join } from "node:path";

/**
 * What a program has in its environment that a test starts: the commands of this machine, and what
 * Node.js has compiled of the same sources before, which saves two fifths of a start's processor time.
 */
export const programEnvironment = {
  PATH: process.env["PATH"] ?? "",
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../.tripod/compiled"),
} as const;

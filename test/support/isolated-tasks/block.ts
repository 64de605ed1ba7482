import { appendFileSync } from "node:fs";
import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Block",
  description: "Notes its start in a file, then does nothing else, and lets nothing else be done.",
  input: z.strictObject({ file: z.string(), ms: z.int() }),
  timeLimitMs: 6_000,
  isolated: true,

  async run({ file, ms }) {
    appendFileSync(file, `${process.pid}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return ms;
  },
});

import { expect, test } from "vitest";
import { readTrace } from "./synced-file.ts";

const file = "/data/appendonly.aof.1.incr.aof";

test("only a sync that has ended saves what was written before it began", () => {
  const trace = [
    `7 write(8<${file}>, ""..., 100) = 100`,
    `9 fdatasync(8<${file}> <unfinished ...>`,
    `7 write(8<${file}>, ""..., 20 <unfinished ...>`,
    `9 <... fdatasync resumed>)          = 0`,
    `7 <... write resumed>)              = 20`,
    `7 write(11<socket:[42]>, ""..., 5) = 5`,
    `9 fdatasync(8<${file}> <unfinished ...>`,
    `7 +++ killed by SIGKILL +++`,
  ];
  expect(readTrace(trace.join("\n"), file)).toEqual({ written: 120, synced: 100 });
});

test("a sync that failed saves nothing", () => {
  const trace = [
    `7 write(8<${file}>, ""..., 100) = 100`,
    `7 fdatasync(8<${file}>) = -1 EIO (Input/output error)`,
  ];
  expect(readTrace(trace.join("\n"), file)).toEqual({ written: 100, synced: 0 });
});

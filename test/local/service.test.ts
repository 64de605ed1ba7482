import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openService } from "../../src/local/service.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

/** A program that runs `atEnd` when it is asked to end. */
async function open(atEnd: string) {
  const { promise: firstLine, resolve } = Promise.withResolvers<string>();
  const source = `
    const { writeFileSync } = require("node:fs");
    process.on("SIGTERM", () => { ${atEnd} });
    setInterval(() => {}, 1_000);
    console.log(process.pid);
    process.send("up");
  `;
  const command = [process.execPath, "-e", source];
  const service = openService(
    { name: "it", command, env: process.env, tellsState: true },
    (_, line) => resolve(line),
  );
  onTestFinished(() => service.kill());
  return { service, pid: Number(await firstLine) };
}

test("a successor has taken over once the one before it takes nothing new, though that goes on", async () => {
  const note = join(createTemporaryFolder(), "closing");
  const { service, pid } = await open(
    `setTimeout(() => { writeFileSync("${note}", ""); process.send("closing"); }, 300)`,
  );
  const successor = await service.prepareSuccessor();
  await successor.takeOver(60_000);
  expect(existsSync(note)).toBe(true);
  process.kill(pid, 0);
});

test.for([
  ["ends without a word", "process.exit(3)", 60_000],
  ["does not end, and is killed", "", 200],
] as const)("a successor takes over from one that %s", async ([, atEnd, graceMs]) => {
  const { service, pid } = await open(atEnd);
  const successor = await service.prepareSuccessor();
  await successor.takeOver(graceMs);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

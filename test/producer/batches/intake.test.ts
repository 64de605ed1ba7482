import { setImmediate as nextRound } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { takeFile } from "../../../src/producer/batches/intake.ts";
import { createFields } from "../../../src/producer/pages/fields.ts";
import { createTurns } from "../../../src/service/turns.ts";
import { defineTask } from "../../../src/task/task.ts";

const task = defineTask({
  title: "Any",
  description: "Does nothing.",
  input: z.strictObject({ x: z.number() }),
  timeLimitMs: 1_000,
  run: () => Promise.resolve(),
});

/** A file that has come in one part. */
async function* inOnePart(text: string): AsyncGenerator<Buffer, void> {
  yield Buffer.from(text);
}

test("a file that is wrong from its start gives its turn back, however much of it has come", async () => {
  const turns = createTurns(1);
  const bytes = inOnePart(`a\n${"1\n".repeat(200_000)}`);
  const given = { task, name: "any", fields: createFields(task), file: "rows.csv", bytes, turns };
  await expect(takeFile({ add: async () => undefined }, given)).rejects.toThrow(
    "the first row does not name the task's fields",
  );
  // Whatever still read it is through.
  for (let round = 0; round < 1_000; round += 1) await nextRound();
  const release = await turns.take();
  expect(release).toBeTypeOf("function");
});

import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { readRecordAnswers } from "./answers.ts";
import { type FileBatch, fileBatchKeys } from "./file-batches.ts";

/** What a list tells of a file, without all that is wrong with its rows. */
export type BriefFile = Pick<FileBatch, "id" | "state" | "createdAt" | "task" | "file" | "total">;

const briefSchema = z.object({ task: z.string(), file: z.string(), total: z.int() });
const schema = z.tuple([
  z.enum(["read", "begun", "done"]),
  z.coerce.number().int().min(0),
  z.string().transform(readBrief).pipe(briefSchema),
]);

/** As a file's record has it beside all that is said of it. */
export function writeBrief({ task, file, total }: z.output<typeof briefSchema>): string {
  return JSON.stringify({ task, file, total });
}

/** What is told of these files, in their order, as far as they are kept and can be read. */
export async function readBriefFiles(
  home: Queue,
  redis: Redis,
  ids: readonly string[],
): Promise<BriefFile[]> {
  const reading = redis.pipeline();
  for (const id of ids) reading.hmget(fileBatchKeys(home, id).batch, "state", "created", "brief");
  const answers = await readRecordAnswers(reading);
  return answers.flatMap((answer, place) => {
    const { data } = schema.safeParse(answer);
    if (data === undefined) return [];
    const [state, createdAt, brief] = data;
    return [{ ...brief, id: ids[place] ?? "", state, createdAt }];
  });
}

/** `undefined` where somebody has damaged it. */
function readBrief(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

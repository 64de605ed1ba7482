import type { ChainableCommander } from "ioredis";
import { isOfWrongType } from "./wrong-type.ts";

/** The answers in order; throws the first error among them. */
export async function readAnswers(asked: ChainableCommander): Promise<unknown[]> {
  return ((await asked.exec()) ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** As `readAnswers`, of records that somebody may have damaged: one that is no hash is `undefined`. */
export async function readRecordAnswers(asked: ChainableCommander): Promise<unknown[]> {
  return ((await asked.exec()) ?? []).map(([error, answer]) => {
    if (error === null) return answer;
    if (isOfWrongType(error)) return undefined;
    throw error;
  });
}

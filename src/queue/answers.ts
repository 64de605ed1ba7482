import type { ChainableCommander } from "ioredis";

/** A pipeline's answers in order; throws the first error among them. */
export async function readAnswers(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

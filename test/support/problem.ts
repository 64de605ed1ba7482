import { phraseOf } from "../../src/service/phrases.ts";
import { readBody } from "./client.ts";

type Answer = readonly [status: number, type: string | null, body: unknown];

/** What the API answers to a request it refuses: an RFC 9457 problem, whole. */
export function problem(status: number, detail: unknown, more: object = {}): Answer {
  const body = { type: "about:blank", title: phraseOf(status), status, detail, ...more };
  return [status, "application/problem+json", body];
}

export async function readProblem(response: Response): Promise<Answer> {
  return [response.status, response.headers.get("content-type"), await readBody(response)];
}

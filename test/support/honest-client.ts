import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../src/contract/paths.ts";
import { postJson, readBody } from "./client.ts";

/**
 * Submits until it is answered 202, each time with the same Idempotency-Key, and returns the job's
 * id. `onRefusal` is told of every 429, 503 and broken connection; any other answer throws.
 */
export async function submitUntilTaken(
  url: string,
  body: { readonly task: string; readonly input: object; readonly callback_url?: string },
  onRefusal: () => void,
): Promise<string> {
  const key = { "idempotency-key": randomUUID() };
  for (;;) {
    const response = await postJson(`${url}${paths.api}`, body, key).catch(() => undefined);
    if (response?.status === 202) return (await readBody(response)).id;
    const answer = await response?.text();
    if (response !== undefined && ![429, 503].includes(response.status)) {
      throw new Error(`expected 202, 429 or 503, got ${response.status}: ${answer}`);
    }
    onRefusal();
    await sleep(50);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../src/contract/paths.ts";
import { postJson } from "./client.ts";

/** One request of each kind that a producer meets, as often as a second has them. */
const kinds: readonly {
  readonly perSecond: number;
  readonly send: (url: string) => Promise<unknown>;
}[] = [
  { perSecond: 10, send: (url) => divide(url, { x: 10, y: 2, delayMs: 20 }) },
  { perSecond: 2, send: (url) => divide(url, { x: 10, y: 0, delayMs: 0 }) },
  { perSecond: 2, send: (url) => divide(url, { x: 1, y: 3, delayMs: 1_500 }) },
  { perSecond: 1, send: (url) => postJson(`${url}${paths.api}`, { task: "no-such", input: {} }) },
  { perSecond: 1, send: (url) => submitForm(url) },
  { perSecond: 1, send: (url) => fetch(`${url}${paths.form}`) },
];

function divide(url: string, input: object): Promise<unknown> {
  return postJson(`${url}${paths.api}`, { task: "quotient", input });
}

function submitForm(url: string): Promise<unknown> {
  return fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ x: "8", y: "4", delayMs: "10" }),
    redirect: "manual",
  });
}

/**
 * Submits work of every kind until told to stop, whatever the answers: outages are part of the
 * load. The returned function resolves when the last answer is in.
 */
export function startLoad(url: string): () => Promise<void> {
  const stopped = new AbortController();
  const senders = kinds.map(async ({ perSecond, send }) => {
    while (!stopped.signal.aborted) {
      await send(url).catch(() => undefined);
      await sleep(1_000 / perSecond, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  });
  return async () => {
    stopped.abort();
    await Promise.all(senders);
  };
}

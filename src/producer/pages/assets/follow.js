import { takePlace } from "./place.js";

const pollMs = 2_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Whatever an answer says. */
const longestRetryAfterMs = 60_000;

/**
 * Follows the server-sent events at an address for as long as this tab is seen: as a stream where
 * the browser has a place for one, and else by reading the first event again and again. What ends
 * or fails is tried again after a pause, which grows while it fails. `onEvent` may resolve with true
 * to end it, or reject to have the event sent again; `onGone` is called when nothing is there any
 * more, which ends it; `onLost` at each failure.
 */
export async function follow(url, { onEvent, onGone, onLost }) {
  let lastId;
  let failures = 0;

  /** Resolves with what is left to do: nothing, or a pause in ms before the next visit. */
  const visit = async (signal, isStream) => {
    const headers = lastId === undefined ? {} : { "Last-Event-ID": lastId };
    const response = await fetch(url, { cache: "no-store", headers, signal });
    if (response.status === 404) return onGone();
    if (!response.ok) throw new RefusedError(response);
    let events = 0;
    for await (const { event, id, data } of readEvents(response.body)) {
      if (event === "gone") return onGone();
      if (await onEvent(data)) return undefined;
      lastId = id ?? lastId;
      failures = 0;
      events += 1;
      if (!isStream) return pollMs;
    }
    if (events === 0) throw new Error("the stream ended before it began");
    return firstPauseMs;
  };

  for (;;) {
    await untilSeen();
    const leaving = new AbortController();
    const leave = () => leaving.abort();
    document.addEventListener("visibilitychange", leave);
    const place = await takePlace(leave);
    let pauseMs;
    try {
      pauseMs = await visit(leaving.signal, place.granted);
      if (pauseMs === undefined) return;
    } catch (error) {
      pauseMs = 0;
      if (!leaving.signal.aborted) {
        failures += 1;
        pauseMs = Math.max(error.retryAfterMs ?? 0, pauseAfter(failures));
        onLost();
      }
    } finally {
      document.removeEventListener("visibilitychange", leave);
      leave();
      place.leave();
    }
    // Not all tabs that lost their streams at once are to come back at once.
    await sleep(pauseMs * (1 + Math.random() / 4));
  }
}

class RefusedError extends Error {
  constructor({ status, headers }) {
    super(`answered ${status}`);
    const seconds = Number(headers.get("retry-after") ?? 0);
    this.retryAfterMs = Math.min(seconds * 1_000 || 0, longestRetryAfterMs);
  }
}

function pauseAfter(failures) {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
}

/** Reads events as our server writes them: each field on one line. */
async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event.data !== undefined) yield event;
    }
  }
}

function parseEvent(block) {
  const fields = block.split("\n").map((line) => {
    const end = line.indexOf(":");
    return [line.slice(0, end), line.slice(end + 2)];
  });
  return Object.fromEntries(fields);
}

async function untilSeen() {
  while (document.visibilityState === "hidden") {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true });
    });
  }
}

async function sleep(ms) {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

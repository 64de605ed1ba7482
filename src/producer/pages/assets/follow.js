import { takePlace } from "./place.js";

const pollMs = 2_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/**
 * As many as a browser has to a host over HTTP/1.1. Where a way that lost everything is open again,
 * any of them may still be dead, and only an answer that stays away shows it.
 */
const connections = 6;
/** Whatever an answer says. */
const longestRetryAfterMs = 60_000;

/** What a page says that reads, for want of a stream. */
export const readingText = `Live updates are not to be had now: this page asks every ${pollMs / 1_000} seconds.`;

/** What a page says while it cannot be told anything. */
export const lostText = "The connection is lost; trying again.";

const signedOutText = "You are signed out: load this page anew to sign in.";

/** What a page says of an error that `follow` is lost by. */
export function explainLoss({ status }) {
  return status === 401 ? signedOutText : lostText;
}

/**
 * Follows what happens at an address for as long as this tab is seen: by its server-sent `events`
 * where the browser has a place for a stream and the server grants it, and else by reading `state`
 * again and again, which tells the same. Streams that are refused or break are tried again after
 * longer and longer pauses, and so is the state when it cannot be had; so is what says nothing for
 * `silenceMs` although its connection stands. `after` says what is known already.
 * `onEvent` may resolve with true to end it, or reject to have the event sent again;
 * `onGone` is called when nothing is there any more, which ends it; `onUnread`, if given, when the
 * server says that it cannot read it now, on a stream or by a 503 on both ways, `onLost` each other
 * time that neither way tells anything, with the error, and `onWay`, if given, with the way on which
 * something was told.
 * @param {{ events: string, state: string, after?: () => string | undefined }} addresses
 */
export async function follow(
  { events, state, after },
  { onEvent, onGone, onUnread, onLost, onWay, silenceMs },
) {
  let failures = 0;
  let refusals = 0;
  let silences = 0;
  let streamAgainAt = 0;

  const tell = async (data) => {
    try {
      return await onEvent(data);
    } catch (error) {
      throw new UntoldError(error);
    }
  };
  // Each way resolves with what is left to do: nothing, or a pause in ms before the next visit.
  const watchStream = async ({ signal, hear }) => {
    const known = after?.();
    const headers = known === undefined ? {} : { "Last-Event-ID": known };
    const response = await ask(events, { headers, signal });
    if (response === undefined) return onGone();
    let count = 0;
    for await (const { event, data } of readEvents(response.body, hear)) {
      if (event === "gone") return onGone();
      if (event === "unread") {
        onUnread();
        continue;
      }
      if (await tell(data)) return undefined;
      onWay?.("events");
      failures = 0;
      refusals = 0;
      silences = 0;
      count += 1;
    }
    if (count === 0) throw new Error("the stream ended before it began");
    return firstPauseMs;
  };
  const readState = async ({ signal }) => {
    const known = after?.();
    const query = known === undefined ? "" : `?${new URLSearchParams({ after: known })}`;
    const response = await ask(`${state}${query}`, { signal });
    if (response === undefined) return onGone();
    if (await onEvent(await response.text())) return undefined;
    onWay?.("state");
    failures = 0;
    silences = 0;
    return pollMs;
  };
  const pauseAfterLoss = ({ silence }, error) => {
    // The browser has closed the connection that was given up, and takes another one.
    if (silence.aborted && (silences += 1) <= connections) return 0;
    failures += 1;
    return pauseAfter(failures, error);
  };
  const visit = async (leave, connection) => {
    if (performance.now() < streamAgainAt) return readState(connection);
    const place = await takePlace(leave);
    try {
      if (place.granted) return await watchStream(connection);
    } catch (error) {
      const { signal, silence } = connection;
      if (silence.aborted) streamAgainAt = performance.now() + longestPauseMs;
      // A stream that has told something is no refused one.
      if (signal.aborted || error instanceof UntoldError) throw error;
      refusals += 1;
      streamAgainAt = performance.now() + pauseAfter(refusals, error);
    } finally {
      place.leave();
    }
    return readState(connection);
  };

  for (;;) {
    await untilSeen();
    const leaving = new AbortController();
    const leave = () => leaving.abort();
    document.addEventListener("visibilitychange", leave);
    const connection = limitSilence(leaving.signal, silenceMs);
    let pauseMs;
    try {
      pauseMs = await visit(leave, connection);
      if (pauseMs === undefined) return;
    } catch (error) {
      pauseMs = 0;
      if (!leaving.signal.aborted) {
        pauseMs = pauseAfterLoss(connection, error);
        if (error.status === 503 && onUnread !== undefined) onUnread();
        else onLost(error);
      }
    } finally {
      document.removeEventListener("visibilitychange", leave);
      connection.end();
      leave();
    }
    // Not all tabs that lost their streams at once are to come back at once.
    await sleep(pauseMs * (1 + Math.random() / 4));
  }
}

/** The answer; `undefined` when nothing is there; throws an error that `follow` heeds when refused. */
export async function ask(url, options) {
  const response = await fetch(url, { cache: "no-store", ...options });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new RefusedError(response);
  return response;
}

class RefusedError extends Error {
  constructor({ status, headers }) {
    super(`answered ${status}`);
    this.status = status;
    const seconds = Number(headers.get("retry-after") ?? 0);
    this.retryAfterMs = Math.min(seconds * 1_000 || 0, longestRetryAfterMs);
  }
}

/** What came could not be dealt with, and is to be sent again. */
class UntoldError extends Error {
  constructor(cause) {
    super("an event could not be told", { cause });
    this.status = cause.status;
    this.retryAfterMs = cause.retryAfterMs;
  }
}

/** Longer with each failure, and as long as the last one's answer asked for. */
export function pauseAfter(failures, { retryAfterMs = 0 }) {
  return Math.max(retryAfterMs, Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)));
}

/** A signal that is aborted with another one, or when nothing is heard for so long. */
function limitSilence(other, silenceMs) {
  const silence = new AbortController();
  let timer;
  const hear = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceMs);
  };
  hear();
  const signal = AbortSignal.any([other, silence.signal]);
  return { signal, silence: silence.signal, hear, end: () => clearTimeout(timer) };
}

/** Reads events as our server writes them: each field on one line. Calls `hear` for whatever comes. */
async function* readEvents(body, hear) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    hear();
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

export async function untilSeen() {
  while (document.visibilityState === "hidden") {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true });
    });
  }
}

export async function sleep(ms) {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** What a snapshot says in numbers and words, for the server's page and the browser's alike. */

/** @typedef {import("../../overview/snapshot.ts").OverviewSnapshot} Snapshot */
/** @typedef {import("../../overview/bucket.ts").OverviewBucket} Bucket */

/**
 * Every number of a snapshot by its name; null is what could not be read or does not exist.
 * @param {{ queue: Bucket["queue"], last_minute: Snapshot["last_minute"] } | undefined} snapshot
 * @param {readonly string[]} failureClasses
 * @returns {Record<string, number | null>}
 */
export function createReadings(snapshot, failureClasses) {
  const queue = snapshot?.queue;
  const minute = snapshot?.last_minute;
  const failures = failureClasses.map((name) => [
    name,
    minute == null ? null : (Object(minute.failures)[name] ?? 0),
  ]);
  return {
    waiting: queue?.waiting ?? null,
    working: queue?.working ?? null,
    workers: queue?.workers ?? null,
    oldest_waiting: queue?.oldest_waiting_seconds ?? null,
    succeeded: minute?.succeeded ?? null,
    failed: minute?.failed ?? null,
    wait_p50: minute?.wait_seconds?.p50 ?? null,
    wait_p95: minute?.wait_seconds?.p95 ?? null,
    end_to_end_p50: minute?.end_to_end_seconds?.p50 ?? null,
    end_to_end_p95: minute?.end_to_end_seconds?.p95 ?? null,
    ...Object.fromEntries(failures),
  };
}

/**
 * The same of five minutes.
 * @param {Bucket | undefined} bucket
 * @param {readonly string[]} failureClasses
 */
export function createBucketReadings(bucket, failureClasses) {
  const told = bucket && { queue: bucket.queue, last_minute: bucket.ended };
  return createReadings(told, failureClasses);
}

/**
 * What a queue's row of the overview says in numbers.
 * @param {QueueReadings | undefined} queue
 */
export function createQueueReadings(queue) {
  return {
    waiting: queue?.waiting ?? null,
    working: queue?.working ?? null,
    workers: queue?.workers ?? null,
    oldest_waiting: queue?.oldest_waiting_seconds ?? null,
  };
}

/**
 * What keeps a queue's jobs waiting, in a few words.
 * @param {QueueReadings | undefined} queue
 */
export function describeHold(queue) {
  if (queue === undefined) return "";
  const { paused_because: reason } = queue;
  if (queue.paused) return reason === undefined ? "paused" : `paused: ${reason}`;
  if (queue.workers === 0) return "no worker";
  return queue.held_by.map((limit) => `at its ${limit} limit`).join(", ");
}

/**
 * What a schedule's row of the overview says.
 * @param {Schedule} schedule
 */
export function describeSchedule({ key, next_at: next, last_slot: last, paused }) {
  return { key, next: paused ? "paused" : describeSlot(next), last: describeSlot(last) };
}

/** @param {string | null} slot */
function describeSlot(slot) {
  return slot === null ? "–" : slot.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** @typedef {NonNullable<import("../../overview/snapshot.ts").OverviewSnapshot["schedules"]>[number]} Schedule */

/** @typedef {NonNullable<import("../../overview/snapshot.ts").OverviewSnapshot["queues"]>[string]} QueueReadings */

/**
 * How the queue as a whole stands, in a sentence.
 * @param {import("../../overview/snapshot.ts").OverviewSnapshot | undefined} snapshot
 */
export function describeQueue(snapshot) {
  const queue = snapshot?.queue;
  if (queue == null) return "The queue cannot be read now.";
  return [describeState(queue), describeClock(queue), describeBlocks(queue)]
    .filter(Boolean)
    .join(" ");
}

/** A command may take 2 s, which is an error of one: beyond twice that it is the clock, as for the alert. */
const skewLimitSeconds = 2;

/** @param {Pick<Queue, "clock_skew_seconds">} queue */
function describeClock({ clock_skew_seconds: skew }) {
  if (Math.abs(skew) <= skewLimitSeconds) return "";
  const off = formatReading(Math.abs(skew), "seconds");
  return `The producer's clock is ${off} ${skew > 0 ? "ahead of" : "behind"} Redis' clock: times, waits and counts here are off by as much.`;
}

/** @param {Pick<Queue, "blocked_by">} queue */
function describeBlocks({ blocked_by: culprits }) {
  if (culprits.length === 0) return "";
  // Some of them are a choice of tasks, with commas of its own.
  return `In the last ten minutes a worker's event loop was blocked by: ${culprits.join("; ")}.`;
}

/** @typedef {NonNullable<import("../../overview/snapshot.ts").OverviewSnapshot["queue"]>} Queue */

/** @param {Queue} queue */
function describeState({ paused, paused_because: reason, workers, waiting, working }) {
  if (paused) {
    const told = "The queue is paused: nothing starts until it is resumed.";
    return reason === undefined ? told : `${told} Reason: “${reason}”.`;
  }
  if (workers === 0) return "No worker is connected: nothing starts until one is.";
  return `The queue is ${waiting + working === 0 ? "idle" : "working"}.`;
}

const counts = new Intl.NumberFormat("en");

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * What an axis may count in: every multiple is told by `formatReading` as it is.
 * @type {Readonly<Record<"jobs" | "seconds", readonly number[]>>}
 */
export const axisSteps = {
  jobs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6],
  seconds: [
    ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30],
    ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * minute),
    ...[1, 2, 4, 6, 12].map((hours) => hours * hour),
    ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * day),
  ],
};

/**
 * @param {number | null | undefined} value
 * @param {string | undefined} unit `seconds`, or anything else for a count
 */
export function formatReading(value, unit) {
  if (value == null) return "–";
  if (unit !== "seconds") return counts.format(value);
  if (value === 0) return "0 s";
  const ms = Math.round(value * 1_000);
  if (ms < 1_000) return `${ms} ms`;
  const tenths = Math.round(value * 10);
  if (tenths < minute * 10) return `${tenths / 10} s`;
  const seconds = Math.round(value);
  if (seconds < hour) return formatTwo(seconds, [minute, "min"], [1, "s"]);
  const minutes = Math.round(value / minute) * minute;
  if (minutes < day) return formatTwo(minutes, [hour, "h"], [minute, "min"]);
  return formatTwo(Math.round(value / hour) * hour, [day, "d"], [hour, "h"]);
}

/**
 * @param {number} seconds whole ones of the smaller unit
 * @param {[seconds: number, name: string]} large
 * @param {[seconds: number, name: string]} small
 */
function formatTwo(seconds, [large, largeName], [small, smallName]) {
  const rest = (seconds % large) / small;
  const whole = `${counts.format(Math.floor(seconds / large))} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

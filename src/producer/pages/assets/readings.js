/** What a snapshot says in numbers and words, for the server's page and the browser's alike. */

/**
 * Every number of a snapshot by its name; null is what could not be read or does not exist.
 * @param {import("../../overview/snapshot.ts").OverviewSnapshot | undefined} snapshot
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
 * How the queue as a whole stands, in a sentence.
 * @param {import("../../overview/snapshot.ts").OverviewSnapshot | undefined} snapshot
 */
export function describeQueue(snapshot) {
  const queue = snapshot?.queue;
  if (queue == null) return "The queue cannot be read now.";
  if (queue.blocked_by.length === 0) return describeState(queue);
  const tasks = queue.blocked_by.join(", ");
  return `${describeState(queue)} In the last ten minutes a worker's event loop was blocked by: ${tasks}.`;
}

/** @param {NonNullable<import("../../overview/snapshot.ts").OverviewSnapshot["queue"]>} queue */
function describeState({ paused, workers, waiting, working }) {
  if (paused) return "The queue is paused: nothing starts until it is resumed.";
  if (workers === 0) return "No worker is connected: nothing starts until one is.";
  return `The queue is ${waiting + working === 0 ? "idle" : "working"}.`;
}

const counts = new Intl.NumberFormat("en");

/**
 * @param {number | null | undefined} value
 * @param {string | undefined} unit `seconds`, or anything else for a count
 */
export function formatReading(value, unit) {
  if (value == null) return "–";
  if (unit !== "seconds") return counts.format(value);
  if (value === 0) return "0 s";
  if (value < 1) return `${Math.round(value * 1_000)} ms`;
  if (value < 100) return `${Number(value.toFixed(1))} s`;
  if (value < 6_000) return `${Math.round(value / 60)} min`;
  return `${counts.format(Math.round(value / 3_600))} h`;
}

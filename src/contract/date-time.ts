const form =
  /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d|60)(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;
/** Of the years that a date-time can have. */
const firstMs = Date.parse("0000-01-01T00:00:00.000Z");
const lastMs = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Unix time in ms of a date-time of RFC 3339, of which the seconds may be left out and parts of a ms do
 * not count; undefined for what is none. A leap second is the second after it, as clocks have it. What
 * its offset puts beyond the years 0 to 9999 is their first or last ms.
 */
export function parseDateTime(text: string): number | undefined {
  const [, day, minute, second = "00", fraction = "", offset = ""] = form.exec(text) ?? [];
  if (day === undefined || !isOfCalendar(day)) return undefined;
  const isLeap = second === "60";
  const read = `${day}T${minute}:${isLeap ? "59" : second}${fraction}${offset.toUpperCase()}`;
  const ms = Date.parse(read) + (isLeap ? 1_000 : 0);
  if (Number.isNaN(ms) || (isLeap && !endsMonth(ms))) return undefined;
  return Math.min(Math.max(ms, firstMs), lastMs);
}

/** `Date.parse` takes February 30 for March 2. */
function isOfCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** Leap seconds are the last of a month in UTC. */
function endsMonth(ms: number): boolean {
  return /-01T00:00:00/.test(new Date(ms).toISOString());
}

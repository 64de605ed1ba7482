/** The end of the year 9999, up to which a time has its usual form in text. */
export const latestMs = 253_402_300_799_999;

/** A Unix time in ms as Redis holds it; `undefined` for what is none, whoever wrote it. */
export function parseTime(stored: unknown): number | undefined {
  const ms = typeof stored === "string" && stored !== "" ? Number(stored) : stored;
  return typeof ms === "number" && ms >= 0 && ms <= latestMs ? Math.floor(ms) : undefined;
}

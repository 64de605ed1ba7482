import { z } from "zod";
import { defineTask } from "#task";

const minuteMs = 60_000;
const dayMs = 86_400_000;

export default defineTask({
  title: "Clock changes",
  description: "Reports when the clocks of a time zone are changed in the days to come.",
  input: z.strictObject({
    timeZone: z
      .string()
      .max(60)
      .refine(isZone, "expected a time zone, such as Europe/Zurich")
      .meta({
        title: "Time zone",
        description: "As the IANA names it, such as Europe/Zurich.",
      }),
    days: z.int().min(1).max(400).default(14).meta({
      title: "Days",
      description: "How far to look ahead, 1 to 400 days.",
    }),
    from: z.iso.date().optional().meta({
      title: "From",
      description: "The first day to look at, in UTC; today if left empty.",
    }),
  }),
  examples: [
    {
      input: { timeZone: "Europe/Zurich", days: 31, from: "2026-03-01" },
      result: [{ at: "2026-03-29T01:00:00.000Z", before: "GMT+01:00", after: "GMT+02:00" }],
    },
    { input: { timeZone: "UTC", days: 400, from: "2026-01-01" }, result: [] },
  ],
  // Each Monday's report is of the two weeks that follow.
  schedule: {
    cron: "0 6 * * MON",
    timeZone: "Europe/Zurich",
    input: { timeZone: "Europe/Zurich" },
    missed: "run once",
  },
  timeLimitMs: 10_000,

  run({ timeZone, days, from }) {
    const readOffset = createOffset(timeZone);
    const startMs = from === undefined ? Math.floor(Date.now() / dayMs) * dayMs : Date.parse(from);
    const changes: { at: string; before: string; after: string }[] = [];
    for (let day = startMs; day < startMs + days * dayMs; day += dayMs) {
      const [before, after] = [readOffset(day - 1), readOffset(day + dayMs - 1)];
      if (before === after) continue;
      // The first minute of the day that has the other offset.
      const minutes = Array.from({ length: dayMs / minuteMs }, (_, i) => day + i * minuteMs);
      const at = minutes.find((minute) => readOffset(minute) === after) ?? day;
      changes.push({ at: new Date(at).toISOString(), before, after });
    }
    return Promise.resolve(changes);
  },
});

/** Tells by how much the zone's clocks differ from UTC, such as "GMT+02:00". */
function createOffset(timeZone: string) {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  return (ms: number) =>
    format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
}

function isZone(timeZone: string): boolean {
  try {
    return createOffset(timeZone)(0) !== "";
  } catch {
    return false;
  }
}

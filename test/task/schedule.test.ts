import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../src/task/task.ts";
import { findTaskProblem, loadTasks } from "../../src/task/registry.ts";
import { listSchedules } from "../../src/task/schedule.ts";

const plain = {
  title: "Report",
  description: "Reports.",
  input: z.strictObject({ days: z.int().min(1).default(1) }),
  timeLimitMs: 1_000,
  run: () => Promise.resolve(null),
};
const cron =
  'expected minute, hour, day of the month, month and day of the week, such as "30 2 * * *"';
const never = "it is never due: no such month has such a day";
const zone = 'expected a time zone of the IANA, such as "Europe/Zurich"';
const every = "expected a whole number of milliseconds from 1000 to 31536000000, which is a year";
const fields =
  'expected { cron: "30 2 * * *", timeZone: "Europe/Zurich", input, missed } or { everyMs, input, missed }';
const nightly = { cron: "30 2 * * *" };

test.each<[unknown, string]>([
  ["daily", "its \"schedule\" is 'daily', expected { cron, timeZone, input, missed }"],
  [{}, `its "schedule" has no entry, ${fields}`],
  [{ cron: 5 }, `its "schedule.cron" is 5, ${cron}`],
  [{ cron: "30 2 * *" }, `its "schedule.cron" is '30 2 * *': it has 4 fields; ${cron}`],
  [{ cron: "0 30 2 * * *" }, `its "schedule.cron" is '0 30 2 * * *': it has 6 fields; ${cron}`],
  [{ cron: "@daily" }, `its "schedule.cron" is '@daily': it has 1 field; ${cron}`],
  [{ cron: "" }, `its "schedule.cron" is '': it has 1 field; ${cron}`],
  [{ cron: "60 2 * * *" }, "got value 60 expected range 0-59; expected minute, hour,"],
  [{ cron: "H 2 * * *" }, `its minute has "H"; ${cron}`],
  [{ cron: "0 0 L * *" }, `its day of the month has "L"; ${cron}`],
  [{ cron: "0 0 * * 5#2" }, `its day of the week has "5#2"; ${cron}`],
  [{ cron: "*/90 * * * *" }, `its minute has "*/90", whose step is more than 59; ${cron}`],
  [{ cron: "*/0 * * * *" }, cron],
  [{ cron: "5-1 * * * *" }, cron],
  [{ cron: "30 2 30 2 *" }, `${never}; ${cron}`],
  [{ cron: "30 2 31 4,6,9,11 *" }, `${never}; ${cron}`],
  [{ ...nightly, timeZone: "Europe/Zurch" }, `its "schedule.timeZone" is 'Europe/Zurch', ${zone}`],
  [{ ...nightly, timeZone: "+02:00" }, `its "schedule.timeZone" is '+02:00', ${zone}`],
  [{ ...nightly, timeZone: 2 }, zone],
  [{ everyMs: 999 }, `its "schedule.everyMs" is 999, ${every}`],
  [{ everyMs: "1 h" }, every],
  [{ everyMs: 31_536_000_001 }, every],
  [{ everyMs: 1_000.5 }, every],
  [{ ...nightly, everyMs: 1_000 }, `its "schedule" has both "cron" and "everyMs", ${fields}`],
  [
    { everyMs: 1_000, timeZone: "UTC" },
    'has a "timeZone" beside "everyMs", which is counted in UTC',
  ],
  [
    { ...nightly, missed: "run all" },
    'its "schedule.missed" is \'run all\', expected one of "run once", "skip"',
  ],
  [{ ...nightly, zone: "UTC" }, `its "schedule.zone" is unknown, ${fields}`],
  [{ ...nightly, input: [] }, 'its "schedule.input" is [], expected an object'],
  [
    { ...nightly, input: { days: 0 } },
    'the "input.days" of its schedule does not fit its schema: Too small',
  ],
  [
    { ...nightly, input: { weeks: 1 } },
    'the "input" of its schedule does not fit its schema: Unrecognized key: "weeks"',
  ],
  [{ ...nightly, input: { days: 1n } }, 'the "input.days" of its schedule is a BigInt'],
  [
    { Nightly: nightly },
    'its "schedule" has an entry "Nightly", expected a name like "every-morning"',
  ],
  [{ "a.b": nightly }, 'its "schedule" has an entry "a.b", expected a name like "every-morning"'],
  [{ nightly, weekly: {} }, `its "schedule.weekly" has neither "cron" nor "everyMs", ${fields}`],
  [{ nightly: "30 2 * * *" }, `its "schedule.nightly" is '30 2 * * *', ${fields}`],
  [{ nightly: { cron: "60 * * * *" } }, "its \"schedule.nightly.cron\" is '60 * * * *': "],
])("refuses the schedule %o", (schedule, problem) => {
  expect(findTaskProblem({ ...plain, schedule })).toContain(problem);
});

test("a wrong schedule is told by its file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tripod-tasks-"));
  await writeFile(
    join(folder, "report.ts"),
    `import { z } from "${import.meta.resolve("zod")}";
    export default { title: "T", description: "D", timeLimitMs: 1, run() {},
      input: z.strictObject({}), schedule: { cron: "30 2 * * *", timeZone: "Zurich" } };`,
  );
  await expect(loadTasks(pathToFileURL(`${folder}/`))).rejects.toThrow(
    `"tasks/report.ts" cannot be run: its "schedule.timeZone" is 'Zurich', ${zone}`,
  );
});

test("a schedule has its task's name as its key, UTC, and one run for what was missed", () => {
  const task = defineTask({ ...plain, schedule: nightly });
  expect(findTaskProblem({ ...task })).toBeUndefined();
  expect(listSchedules("report", task)).toEqual([
    {
      key: "report",
      task: "report",
      timetable: { cron: "30 2 * * *", timeZone: "UTC" },
      input: {},
      missed: "run once",
    },
  ]);
});

test("schedules of one name in two tasks have keys of their own", () => {
  const schedule = {
    nightly: { ...nightly, timeZone: "Europe/Zurich", input: { days: 7 } },
    // Named as a field of a schedule is.
    cron: { everyMs: 60_000, missed: "skip" as const },
  };
  const task = defineTask({ ...plain, schedule });
  expect(findTaskProblem({ ...task })).toBeUndefined();
  const keys = ["report", "clean-up"].flatMap((name) => listSchedules(name, task));
  expect(keys.map(({ key }) => key)).toEqual([
    "report.nightly",
    "report.cron",
    "clean-up.nightly",
    "clean-up.cron",
  ]);
  expect(keys[1]).toMatchObject({ timetable: { everyMs: 60_000 }, missed: "skip" });
});

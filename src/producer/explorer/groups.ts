import type { JobFilter } from "../../contract/job-filter.ts";
import type { FailureGroup } from "./job-index.ts";
import { classes, type JobTable } from "./job-table.ts";
import { matching } from "./queries.ts";

/** Parts of the time that a group is counted in. */
const parts = 24;

/** The failures that match, those of one fingerprint together, the largest group first. */
export function findGroups(
  table: JobTable,
  filter: JobFilter,
  { nowMs, messageOf }: { readonly nowMs: number; readonly messageOf: (group: string) => string },
): FailureGroup[] {
  const { columns, names } = table;
  const byGroup = new Map<number, number[]>();
  let earliest = nowMs;
  for (const slot of matching(table, { ...filter, states: ["failed"] })) {
    const group = columns.group[slot] ?? 0;
    const slots = byGroup.get(group);
    if (slots === undefined) byGroup.set(group, [slot]);
    else slots.push(slot);
    const at = columns.endedAt[slot] ?? Number.NaN;
    if (at < earliest) earliest = at;
  }
  const fromMs = filter.fromMs ?? earliest;
  const toMs = Math.max(filter.toMs ?? nowMs, fromMs + 1);
  const groups = [...byGroup].map(([code, slots]): FailureGroup => {
    const [first = 0] = slots;
    const times = slots.map((slot) => columns.endedAt[slot] ?? fromMs);
    const buckets = Array.from({ length: parts }, () => 0);
    for (const at of times) {
      const part = Math.floor((parts * (at - fromMs)) / (toMs - fromMs));
      const place = Math.min(parts - 1, Math.max(0, part));
      buckets[place] = (buckets[place] ?? 0) + 1;
    }
    const releases = new Set(slots.map((slot) => columns.release[slot] ?? 0));
    const group = names.group.nameOf(code) ?? "";
    return {
      group,
      task: names.task.nameOf(columns.task[first] ?? 0) ?? "",
      failureClass: classes[(columns.failureClass[first] ?? 0) - 1] ?? "_OTHER",
      message: messageOf(group),
      count: slots.length,
      firstAt: times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY),
      lastAt: times.reduce((most, at) => Math.max(most, at), 0),
      buckets,
      fromMs,
      toMs,
      releases: [...releases].flatMap((release) => names.release.nameOf(release) ?? []).toSorted(),
    };
  });
  return groups.toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt);
}

import fc from "fast-check";
import { defaultQueue } from "../../src/contract/queues.ts";
import { heartbeatName } from "../../src/queue/heartbeat.ts";
import type { BoardRoute } from "./board-routes.ts";

/** One call of Bull Board's API; `job` picks one of the ids known at the time. */
export interface Deed {
  readonly route: BoardRoute;
  readonly parameters: Readonly<Record<string, string>>;
  readonly job: number;
  readonly body: unknown;
}

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(
    "x",
    "",
    -1,
    0,
    1e308,
    9e99,
    null,
    "__proto__",
    "constructor",
    "9007199254740993",
  ),
);
const input = fc.record({
  x: fc.integer({ min: -9, max: 9 }),
  y: fc.integer({ min: -2, max: 9 }),
  delayMs: fc.integer({ min: 0, max: 300 }),
});
const soon = fc.integer({ min: -5_000, max: 5_000 }).map((ms) => Date.now() + ms);
const options = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.dictionary(
    fc.constantFrom(
      "attempts",
      "backoff",
      "deduplication",
      "delay",
      "jobId",
      "keepLogs",
      "lifo",
      "parent",
      "priority",
      "removeOnComplete",
      "removeOnFail",
      "repeat",
      "repeatJobKey",
      "sizeLimit",
      "stackTraceLimit",
      "telemetry",
      "timestamp",
    ),
    hostile,
    { maxKeys: 3 },
  ),
  fc.record({ jobId: fc.constantFrom("completed", "wait", "meta", "id", "heartbeat", "own-1") }),
  fc.record({ attempts: fc.integer({ min: 0, max: 3 }), delay: fc.integer({ min: 0, max: 900 }) }),
);
const data = fc.oneof({ weight: 2, arbitrary: input }, hostile);
/** All that a body of any route may have; what a route does not know it ignores. */
const body = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      {
        name: fc.oneof(
          { weight: 4, arbitrary: fc.constant("quotient") },
          fc.constantFrom("none", ""),
        ),
        data,
        options,
        jobData: data,
        runAt: fc.oneof({ weight: 4, arbitrary: soon }, hostile),
        priority: fc.oneof(fc.integer({ min: 0, max: 99 }), hostile),
        concurrency: fc.oneof(fc.integer({ min: 1, max: 20 }), hostile),
        max: fc.oneof(fc.constant(null), fc.integer({ min: 50, max: 1_000 })),
        duration: fc.integer({ min: 1, max: 500 }),
        force: fc.boolean(),
        every: fc.oneof(fc.integer({ min: 1_000, max: 60_000 }), hostile),
      },
      { noNullPrototype: true },
    ),
  },
  hostile,
);
const statuses = [
  "active",
  "completed",
  "delayed",
  "failed",
  "latest",
  "paused",
  "prioritized",
  "waiting",
  "waiting-children",
];
const parameters = fc.record({
  queueName: fc.oneof(
    { weight: 20, arbitrary: fc.constant(defaultQueue) },
    fc.constantFrom("nope", "__proto__"),
  ),
  queueStatus: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...statuses) },
    fc.constantFrom("nope", "constructor"),
  ),
  schedulerId: fc.constantFrom(heartbeatName, heartbeatName, "nope"),
  jobId: fc.oneof(
    { weight: 20, arbitrary: fc.constant("") },
    fc.constantFrom("nope", "meta", "1", "own-1", "completed", "%00", "a:b"),
  ),
});

/** What clears whole lists comes seldom, or no job would live long enough for anything else. */
const sweeping = /(obliterate|empty|clean\/:queueStatus|pause|concurrency|rate-limit)$/;

/** So many deeds, always the same for a seed. */
export function createDeeds(routes: readonly BoardRoute[], seed: number, count: number): Deed[] {
  const route = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...routes.filter(({ path }) => !sweeping.test(path))) },
    { weight: 1, arbitrary: fc.constantFrom(...routes.filter(({ path }) => sweeping.test(path))) },
  );
  const deed = fc.record({ route, parameters, job: fc.nat(), body });
  return fc.sample(deed, { seed, numRuns: count });
}

/** The path of a deed on one of the jobs that are known. */
export function pathOf({ route, parameters: given, job }: Deed, ids: readonly string[]): string {
  return route.path.replace(/:(\w+)/g, (_, name: string) => {
    const chosen = given[name] ?? "nope";
    const value = name === "jobId" && chosen === "" ? (ids[job % ids.length] ?? "nope") : chosen;
    return encodeURIComponent(value);
  });
}

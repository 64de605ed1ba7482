/**
 * Where BullMQ keeps the ids of jobs, and the state of a job that is there. `paused` is where a
 * queue that is paused has kept what waits.
 */
export const jobLists = {
  wait: { type: "list", state: "waiting" },
  paused: { type: "list", state: "waiting" },
  prioritized: { type: "sorted set", state: "prioritized" },
  active: { type: "list", state: "active" },
  delayed: { type: "sorted set", state: "delayed" },
  "waiting-children": { type: "sorted set", state: "waiting-children" },
  completed: { type: "sorted set", state: "completed" },
  failed: { type: "sorted set", state: "failed" },
} as const;

type JobList = keyof typeof jobLists;
export type JobState = (typeof jobLists)[JobList]["state"];

export const jobListNames = Object.keys(jobLists) as JobList[];
export const jobStates: readonly JobState[] = [
  ...new Set(Object.values(jobLists).map(({ state }) => state)),
];

/**
 * Where BullMQ keeps the ids of jobs, and the state of a job that is there. `paused` is where a
 * queue that is paused has kept what waits.
 */
export const jobLists = {
  active: { type: "list", state: "active" },
  wait: { type: "list", state: "waiting" },
  paused: { type: "list", state: "waiting" },
  completed: { type: "sorted set", state: "completed" },
  failed: { type: "sorted set", state: "failed" },
  delayed: { type: "sorted set", state: "delayed" },
  prioritized: { type: "sorted set", state: "prioritized" },
  "waiting-children": { type: "sorted set", state: "waiting-children" },
} as const;

type JobList = keyof typeof jobLists;
export type JobState = (typeof jobLists)[JobList]["state"];

export const jobListNames = Object.keys(jobLists) as JobList[];
export const jobStates: readonly JobState[] = [
  ...new Set(Object.values(jobLists).map(({ state }) => state)),
];

/** What is agreed on about what workers report of themselves. */

/** Time between two reports of a worker; each is one command for Redis. */
export const reportEverySeconds = 5;

/** A worker that has not reported for so long has vanished, unless its event loop is blocked. */
export const vanishedAfterSeconds = 15;

/** A worker that has not reported for so long is forgotten, and with it that it was to be drained. */
export const forgottenAfterSeconds = 3_600;

/** Workers that are remembered at once. */
export const maxWorkers = 1_000;

/** Running jobs that a report names of each queue: those that have run longest. */
export const maxReportedJobs = 100;

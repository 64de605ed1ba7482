/**
 * Lines a minute of each kind that a stranger can cause; `other` is all that has no kind, which only
 * faults and operators cause. Failures and refusals have as many for each of their classes. Above
 * that they are counted.
 */
export const lineLimits = {
  // Ten clients at the 600 submissions that RATE_LIMIT_PER_MINUTE grants each.
  request: 6_000,
  job_queued: 6_000,
  job_known: 6_000,
  job_succeeded: 6_000,
  // No stranger's doing: whoever looks for lost jobs finds each by its id.
  job_gone: 6_000,
  // One client's 600 submissions, each of which may fail.
  job_failed: 600,
  // Cancelling counts as submitting does.
  job_cancelled: 600,
  attempt_failed: 600,
  callback_delivered: 6_000,
  // One job's callback is tried 11 times, and addresses that answer nothing are a submitter's to give.
  callback_failed: 600,
  job_handed_back: 600,
  job_postponed: 600,
  job_stalled: 600,
  // Each task has a limit of its own before: ten of them with a flood on both streams.
  task_output: 120_000,
  task_log: 60_000,
  // One a second: they tell of one cause, over and over.
  job_not_queued: 60,
  request_failed: 60,
  response_failed: 60,
  board_failed: 60,
  record_damaged: 60,
  task_output_dropped: 60,
  task_report_lost: 60,
  task_blocked: 60,
  task_rejected_late: 60,
  jobs_removed_early: 60,
  job_index: 60,
  // A client has ten guesses a minute, so this is six clients.
  login_refused: 60,
  login_limited: 60,
  other: 6_000,
} as const;

export type LineKind = keyof typeof lineLimits;

/** What became of a line. */
export const lineOutcomes = ["written", "held_back"] as const;

/** What a deployment can be in, and what then fires beside the watchdog; tests bring it about. */
export interface State {
  readonly state: string;
  /** Faults that end in it, as test/README.md counts them. */
  readonly faults: readonly string[];
  /** Names of alerts; at most one of them wakes somebody up. */
  readonly fires: readonly string[];
}

export const states = {
  well: {
    state: "nothing is wrong, or a fault is over within two minutes",
    faults: ["F17", "F18", "F19", "F20", "F21", "F25", "D1"],
    fires: [],
  },
  producerDown: {
    state: "the producer is down",
    faults: [],
    fires: ["TargetDown", "TaskQueueProducerDown"],
  },
  producerGone: {
    state: "no producer is found any more",
    faults: [],
    fires: ["TaskQueueProducerDown"],
  },
  producerCrashes: {
    state: "the producer crashes again and again: one scrape of three succeeds",
    faults: [],
    fires: ["TargetDown", "TaskQueueCrashLoop", "TaskQueueProducerDown"],
  },
  workerDown: {
    state: "the workers are down, jobs wait",
    faults: ["F9"],
    fires: ["TargetDown", "TaskQueueNoWorkers", "TaskQueueOldestJobTooOld"],
  },
  workerKilled: {
    state: "a worker was killed while it ran jobs, and another took them over",
    faults: ["F1", "F2", "F26", "F27", "F28"],
    fires: ["TaskQueueStalledJobs"],
  },
  workerNeverStarted: {
    state: "no worker has ever started, no job waits",
    faults: [],
    fires: ["TargetDown", "TaskQueueNoWorkers"],
  },
  bothGone: {
    state: "neither producer nor worker is found any more",
    faults: [],
    fires: ["TargetDown", "TaskQueueMetricsBlind", "TaskQueueProducerDown"],
  },
  wedged: {
    state: "workers are connected and start none of the jobs that wait",
    faults: [],
    fires: ["TaskQueueOldestJobTooOld", "TaskQueueWorkerWedged"],
  },
  heartbeatLost: {
    state: "an idle worker takes nothing any more",
    faults: [],
    fires: ["TaskQueueHeartbeatStale"],
  },
  scheduleUnkept: {
    state: "no worker keeps a schedule that is due",
    faults: [],
    fires: ["TaskQueueScheduleLate"],
  },
  plainBacklog: {
    state: "2,200 jobs of 2 s wait, heartbeats among them",
    faults: [],
    fires: [
      "TaskQueueOldestJobTooOld",
      "TaskQueueWaitSLOFastBurn",
      "TaskQueueWaitSLOSlowBurn",
      "TaskQueueWorkersSaturated",
    ],
  },
  deepBacklog: {
    state: "jobs wait for more than ten minutes, though workers are busy",
    faults: ["F13"],
    fires: [
      "TaskQueueBacklogGrowing",
      "TaskQueueOldestJobMuchTooOld",
      "TaskQueueOldestJobTooOld",
      "TaskQueueWaitSLOFastBurn",
      "TaskQueueWaitSLOSlowBurn",
      "TaskQueueWorkersSaturated",
    ],
  },
  growing: {
    state: "more jobs arrive than the workers can run",
    faults: [],
    fires: ["TaskQueueBacklogGrowing", "TaskQueueWorkersSaturated"],
  },
  lateStarts: {
    state: "half of the jobs start late",
    faults: [],
    fires: ["TaskQueueWaitSLOFastBurn", "TaskQueueWaitSLOSlowBurn"],
  },
  hungJob: {
    state: "a job hangs",
    faults: [],
    fires: ["TaskQueueJobHung"],
  },
  mistakes: {
    state: "a program submits jobs that can never succeed",
    faults: [],
    fires: ["TaskQueueUserErrorSpike"],
  },
  callbacksFail: {
    state: "no callback gets through to its receiver",
    faults: [],
    fires: ["TaskQueueCallbacksFail"],
  },
  slowPages: {
    state: "the producer answers slowly",
    faults: [],
    fires: ["TaskQueueWebSlow"],
  },
  redisDown: {
    state: "Redis is down or does not answer",
    faults: ["F3", "F4", "F5", "F6", "F7", "F8"],
    fires: ["RedisDown", "TaskQueueMetricsBlind", "TaskQueueRedisClientDown", "TaskQueueWebErrors"],
  },
  redisFarAway: {
    state: "Redis is 100 ms away",
    faults: ["F10"],
    fires: ["TaskQueueRedisSlow"],
  },
  diskFull: {
    state: "the disk of Redis is full",
    faults: ["F11"],
    fires: [
      "HostDiskFilling",
      "RedisPersistenceFailing",
      "TaskQueueEnqueueFailing",
      "TaskQueueWebErrors",
    ],
  },
  memoryFull: {
    state: "the memory of Redis is full",
    faults: ["F12"],
    fires: ["RedisMemoryNearLimit", "TaskQueueEnqueueFailing", "TaskQueueWebErrors"],
  },
  resultsFill: {
    state: "results fill the memory of Redis",
    faults: ["F22"],
    fires: ["TaskQueueResultsRemovedEarly"],
  },
  keptTooMuch: {
    state: "nobody removes jobs that have ended",
    faults: [],
    fires: ["TaskQueueKeptTooMuch"],
  },
  evicting: {
    state: "Redis deletes keys to make room",
    faults: [],
    fires: ["RedisEvictingKeys"],
  },
  limitless: {
    state: "Redis has no memory limit",
    faults: [],
    fires: ["RedisMaxmemoryUnset"],
  },
  crashingTask: {
    state: "a task ends its process at each of its attempts",
    faults: ["F15"],
    fires: ["TaskQueueHighFailureRatio", "TaskQueueRetryStorm"],
  },
  blockingTask: {
    state: "a task blocks the event loop for 9 s of every 14 s",
    faults: ["F16"],
    fires: ["NodeEventLoopBlocked", "TaskQueueTaskBlocks"],
  },
  blockedForLong: {
    state: "a task blocks the event loop for 45 s of every minute",
    faults: ["F16"],
    fires: ["NodeEventLoopBlocked", "TargetDown", "TaskQueueTaskBlocks"],
  },
  wrongClock: {
    state: "the clock of a service's host is wrong by 10 s",
    faults: ["F14"],
    fires: ["TaskQueueClockSkew"],
  },
  telemetryLost: {
    state: "nobody takes traces and logs",
    faults: [],
    fires: ["TaskQueueTelemetryLost"],
  },
  otherRelease: {
    state: "producer and worker are of different releases",
    faults: ["F23"],
    fires: ["TaskQueueJobsUnknownToWorkers"],
  },
  otherBullMq: {
    state: "producer and worker have run different versions of BullMQ for half an hour",
    faults: [],
    fires: ["TaskQueueVersionSkew"],
  },
  damagedRecords: {
    state: "a quarter of the jobs have lost their input",
    faults: ["F24"],
    fires: ["TaskQueueHighFailureRatio"],
  },
  redisExporterGone: {
    state: "Redis' exporter is gone",
    faults: [],
    fires: ["RedisExporterDown"],
  },
  nodeExportersGone: {
    state: "the node exporters are gone",
    faults: [],
    fires: ["NodeExporterDown"],
  },
} as const satisfies Record<string, State>;

export type StateName = keyof typeof states;

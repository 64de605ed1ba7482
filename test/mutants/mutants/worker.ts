import type { Mutant } from "../mutant.ts";

export const workerMutants: readonly Mutant[] = [
  {
    name: "two releases take a schedule from each other at each look",
    change: {
      file: "src/queue/held-schedules.ts",
      from: "if isSame or younger or now - named",
      to: "if true or now - named",
    },
    caughtBy: {
      file: "test/queue/held-schedules.test.ts",
      test: "of two timetables the younger worker's is kept",
    },
  },
  {
    name: "a slot that a wrong clock has noted holds its schedule until then",
    change: {
      file: "src/queue/held-schedules.ts",
      from: "ms >= 0 and ms <= latest",
      to: "ms >= 0",
    },
    caughtBy: {
      file: "test/queue/held-schedules.test.ts",
      test: "whose slot a wrong clock has noted",
    },
  },
  {
    name: "a clock that is set back a little has slots run twice",
    change: {
      file: "src/queue/held-schedules.ts",
      from: "local latest = now + tonumber(ARGV[6])",
      to: "local latest = now",
    },
    caughtBy: {
      file: "test/queue/held-schedules.test.ts",
      test: "a slot a little ahead of a clock",
    },
  },
  {
    name: "a schedule that fails ends the look at all others",
    change: {
      file: "src/worker/schedules/keeper.ts",
      from: "causes.set(key, cause);",
      to: "causes.set(key, cause);\n      throw error;",
    },
    caughtBy: {
      file: "test/worker/schedules/keeper.test.ts",
      test: "holds up no other",
    },
  },
  {
    name: "workers that come second to a slot trace jobs that do not exist",
    change: {
      file: "src/worker/schedules/scheduled-job.ts",
      from: "if (ran === undefined) return;",
      to: "if (ran === undefined) return span.end();",
    },
    caughtBy: {
      file: "test/worker/schedules/keeper.test.ts",
      test: "workers that come second to a slot",
    },
  },
  {
    name: "in the hour that comes twice every schedule runs twice",
    change: {
      file: "src/task/timetable.ts",
      from: "hours.length === 24",
      to: "hours.length > 0",
    },
    caughtBy: {
      file: "test/task/timetable.test.ts",
      test: "once what is due in the hour that autumn repeats",
    },
  },
  {
    name: "an isolated task's process sends a result of any size",
    change: {
      file: "src/worker/isolation/messages.ts",
      from: "z.string().max(resultBytes.most)",
      to: "z.string()",
    },
    caughtBy: {
      file: "test/worker/isolation/isolated-tasks.test.ts",
      test: "a result that is too long",
    },
  },
  {
    name: "an isolated task's process reports as often as it likes",
    change: {
      file: "src/worker/isolation/child.ts",
      from: "      return false;\n    }\n    if (progress !== undefined)",
      to: "    }\n    if (progress !== undefined)",
    },
    caughtBy: {
      file: "test/worker/isolation/isolated-tasks.test.ts",
      test: "a process that reports without end is killed, and its job has crashed",
    },
  },
  {
    name: "what a task tells while it is not written fills the worker's memory",
    change: {
      file: "src/worker/reports/journal.ts",
      from: "lines.length > reportLimits.lines",
      to: "lines.length > 1e6",
    },
    caughtBy: {
      file: "test/worker/reports/journal.test.ts",
      test: "keeps no more than the log would, and counts all",
    },
  },
  {
    name: "a queue's limits are never set in Redis",
    change: {
      file: "src/worker/standing-orders.ts",
      from: "setLimits(queue, spec)",
      to: "setLimits(queue, { ...spec, concurrency: 1_000, rate: { max: 1_000, perMs: 1 } })",
    },
    caughtBy: { file: "test/faults/queue-limits.test.ts", test: "F26" },
  },
  {
    name: "a worker that its queue's limits hold back is taken for a wedged one",
    change: {
      file: "src/worker/deadman.ts",
      from: "!paused && heldBy.length === 0 &&",
      to: "!paused && heldBy.length < 9 &&",
    },
    caughtBy: { file: "test/worker/deadman.test.ts", test: "holds its jobs back" },
  },
  {
    name: "heartbeats use up the rate of their queue",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "if (spec.rate !== undefined)",
      to: "if (spec.rate === null)",
    },
    caughtBy: { file: "test/worker/limits.test.ts", test: "of which heartbeats take nothing" },
  },
  {
    name: "a job fails when it stalled twice: maxStalledCount 1",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "maxStalledCount: 5",
      to: "maxStalledCount: 1",
    },
    caughtBy: { file: "test/faults/repeated-kill.test.ts", test: "F2" },
  },
  {
    name: "refused commands are repeated at once: no error brake",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "const brake = registerBrake(worker, holds, deps.logRefusal);",
      to: "const brake = { lastHeldAt: 0, release: () => void registerBrake };",
    },
    caughtBy: { file: "test/worker/brake.test.ts", test: "slows down while Redis has no memory" },
  },
  {
    name: "a worker that Redis refuses to serve is taken for a wedged one",
    change: {
      file: "src/worker/deadman.ts",
      from: "Math.max(activity.lastStartAt, brake.lastHeldAt)",
      to: "Math.max(activity.lastStartAt, Math.min(0, brake.lastHeldAt))",
    },
    caughtBy: {
      file: "test/worker/deadman.test.ts",
      test: "lets a worker be that Redis refuses to serve",
    },
  },
  {
    name: "what an isolated task has started in another session lives on",
    change: {
      file: "src/worker/isolation/child.ts",
      from: "    killGroup(child);\n    kin.kill();",
      to: "    killGroup(child);",
    },
    caughtBy: {
      file: "test/worker/isolation/strays.test.ts",
      test: "what a task started in a session of its own goes when its process crashes",
    },
  },
  {
    name: "an isolated task's process joins no control group",
    change: {
      file: "src/worker/isolation/main.ts",
      from: 'if (members !== "") writeFileSync(members, "0");',
      to: "void members;",
    },
    caughtBy: {
      file: "test/worker/isolation/strays.test.ts",
      test: "in a control group of the worker's",
    },
  },
  {
    name: "a worker leaves what a killed one has left behind",
    change: {
      file: "src/worker/open-worker.ts",
      from: "const abandoned = killAbandoned();",
      to: "const abandoned = ((_: unknown) => 0)(killAbandoned);",
    },
    caughtBy: {
      file: "test/worker/isolation/strays.test.ts",
      test: "what a killed worker's task started goes as the next worker starts",
    },
  },
  {
    name: "everything that an isolated task prints is logged",
    change: {
      file: "src/worker/isolation/output-limit.ts",
      from: "    dropped += piece.length;\n    return false;",
      to: "    dropped += piece.length;\n    return true;",
    },
    caughtBy: {
      file: "test/worker/isolation/output-limit.test.ts",
      test: "what a program prints beyond the limit",
    },
  },
  {
    name: "each process of an isolated task may print as much as all of them",
    change: {
      file: "src/worker/isolation/children.ts",
      from: "outputLimits.get(task.task) ?? limitOutput(task.task)",
      to: "limitOutput(task.task)",
    },
    caughtBy: {
      file: "test/worker/isolation/isolated-tasks.test.ts",
      test: "a task that crashes again and again has one limit for what all its processes print",
    },
  },
  {
    name: "what an isolated task sends is taken for its job's answer, whatever it is",
    change: {
      file: "src/worker/isolation/messages.ts",
      from: "return message.safeParse(sent).data;",
      to: "return message.safeParse(sent).data ?? (sent as Answer);",
    },
    caughtBy: {
      file: "test/worker/isolation/isolated-tasks.test.ts",
      test: "a process that sends ",
    },
  },
  {
    name: "what an isolated task answers twice answers its next job",
    change: {
      file: "src/worker/isolation/child.ts",
      from: "message.job !== asked?.job",
      to: "asked === undefined",
    },
    caughtBy: {
      file: "test/worker/isolation/isolated-tasks.test.ts",
      test: "a process that sends ",
    },
  },
  {
    name: "an isolated task's process may take for ever to start",
    change: {
      file: "src/worker/isolation/child.ts",
      from: "    startMs,\n  );",
      to: "    2_147_483_647,\n  );",
    },
    caughtBy: {
      file: "test/worker/isolation/late-start.test.ts",
      test: "a process that never has its task loaded",
    },
  },
  {
    name: "a healthy job fails at the fifth worker that is killed under it",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "maxStalledCount: 5",
      to: "maxStalledCount: 4",
    },
    caughtBy: { file: "test/faults/repeated-kill.test.ts", test: "F2" },
  },
  {
    name: "a stopping worker waits for a Redis that is down: no shutdown deadline",
    change: {
      file: "src/worker/drain.ts",
      from: "await worker.close(true);",
      to: "await worker.close();",
    },
    caughtBy: { file: "test/faults/sigterm-without-redis.test.ts", test: "F18" },
  },
  {
    name: "a job that a stopping worker hands back is charged an attempt",
    change: {
      file: "src/worker/attempts/processor.ts",
      from: "await job.moveToWait(token);",
      to: "throw error;",
    },
    caughtBy: { file: "test/faults/sigterm.test.ts", test: "F17" },
  },
  {
    name: "a promise that a task does not wait for ends its worker",
    change: {
      file: "src/worker/main.ts",
      from: 'process.on("unhandledRejection", (error) => tellLateRejection(worker.log, error));',
      to: "void tellLateRejection;",
    },
    caughtBy: {
      file: "test/worker/late-rejection.test.ts",
      test: "a task that rejects after it has returned",
    },
  },
  {
    name: "a job that is cancelled while it runs is handed back",
    change: {
      file: "src/worker/attempts/processor.ts",
      from: "if (signal.aborted && signal.reason === cancelSignal) {",
      to: "if (signal.reason === cancelledReason && cancelSignal !== undefined) {",
    },
    caughtBy: {
      file: "test/worker/cancellation.test.ts",
      test: "a running job that is cancelled is aborted",
    },
  },
  {
    name: "a worker does not hear that a job is cancelled",
    change: {
      file: "src/worker/cancellations.ts",
      from: "worker.cancelJob(id, cancelSignal);",
      to: "void [worker, id];",
    },
    caughtBy: {
      file: "test/worker/cancellation.test.ts",
      test: "another worker than the one that runs it",
    },
  },
];

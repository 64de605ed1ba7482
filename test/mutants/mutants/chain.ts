import type { Mutant } from "../mutant.ts";

const chain = "test/worker/chain/chain.test.ts";

/** Of jobs that submit jobs. */
export const chainMutants: readonly Mutant[] = [
  {
    name: "a job that is run again submits its jobs once more",
    change: {
      file: "src/queue/child-notes.ts",
      from: "if job[3] then return job[3] end",
      to: "",
    },
    caughtBy: { file: chain, test: "however often a job is run again" },
  },
  {
    name: "a job is added again once it has ended and is kept no longer",
    change: {
      file: "src/queue/child-submission.ts",
      from: 'if (noted.kind === "stored") return { id: note.id, known: true };',
      to: "",
    },
    caughtBy: { file: chain, test: "is not again, although it is kept no longer" },
  },
  {
    name: "a job ends although what it submits is not stored",
    change: {
      file: "src/task/run-task.ts",
      from: "      await context.settle();\n",
      to: "",
    },
    caughtBy: { file: "test/task/run-task.test.ts", test: "ends once that is stored" },
  },
  {
    name: "a job succeeds although a submission was lost that nobody looked at",
    change: {
      file: "src/task/submissions.ts",
      from: "if (!child.isWatched) lost.push({ child, error });",
      to: "void error;",
    },
    caughtBy: { file: "test/task/run-task.test.ts", test: "is lost long before its end" },
  },
  {
    name: "a lost submission fails a job whose task has dealt with it",
    change: {
      file: "src/task/submissions.ts",
      from: "lost.find(({ child }) => !child.isWatched)",
      to: "lost.at(0)",
    },
    caughtBy: {
      file: "test/task/run-task.test.ts",
      test: "a lost submission that it ",
    },
  },
  {
    name: "a job that has ended submits another one as the next job of its process",
    change: {
      file: "src/worker/isolation/main.ts",
      from: "    jobs.close();\n",
      to: "",
    },
    caughtBy: {
      file: "test/worker/chain/isolated.test.ts",
      test: "what a job submits as it ends harms no other job of its process",
    },
  },
  {
    name: "a process that submits one job too many is killed, and its job tried again",
    change: {
      file: "src/worker/isolation/asked-jobs.ts",
      from: "return refused <= refusals;",
      to: "return refused <= 0;",
    },
    caughtBy: {
      file: "test/worker/chain/isolated.test.ts",
      test: "that submits more jobs at once than a job may fails at once",
    },
  },
  {
    name: "a task submits itself without end",
    change: {
      file: "src/queue/ancestry.ts",
      from: "readGeneration(options) + 1",
      to: "readGeneration(options)",
    },
    caughtBy: { file: chain, test: "a task that submits itself for ever ends at some time" },
  },
  {
    name: "jobs fill the queue beyond its depth",
    change: {
      file: "src/queue/child-submission.ts",
      from: "if (shortage !== undefined) throw",
      to: "if (shortage === undefined && isNew === null) throw",
    },
    caughtBy: { file: chain, test: "a job that submits while the queue is full is tried again" },
  },
];

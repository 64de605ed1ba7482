import type { Mutant } from "../mutant.ts";

const jobs = "test/producer/jobs/batch.test.ts";
const limits = "test/producer/jobs/batch-limits.test.ts";
const rounds = "test/producer/jobs/batch-rounds.test.ts";
const rows = "test/producer/http/rows.test.ts";

export const producerBatchMutants: readonly Mutant[] = [
  {
    name: "a batch counts as one submission, however many rows it has",
    change: {
      file: "src/producer/jobs/batch.ts",
      from: "    await count();\n",
      to: "    void count;\n",
    },
    caughtBy: { file: limits, test: "each row counts as a submission" },
  },
  {
    name: "rows without a key of their own have none",
    change: {
      file: "src/producer/jobs/batch.ts",
      from: "said.idempotencyKey ?? ownKey",
      to: "said.idempotencyKey",
    },
    caughtBy: { file: jobs, test: "a batch that is sent again makes no second job" },
  },
  {
    name: "rows of one batch with one key are all told as new",
    change: {
      file: "src/producer/jobs/batch.ts",
      from: "results: tellRepeated(results)",
      to: "results",
    },
    caughtBy: { file: rounds, test: "rows that yield one job are told as new once" },
  },
  {
    name: "any number of a batch's rows are under way",
    change: {
      file: "src/producer/jobs/batch.ts",
      from: "if (running.size >= piecesOfBatch) await Promise.race(running);",
      to: "",
    },
    caughtBy: { file: rounds, test: "rows are read only as fast as they are taken" },
  },
  {
    name: "long rows wait for their turn in pieces of any size",
    change: {
      file: "src/producer/jobs/batch.ts",
      from: " || size >= pieceBytes",
      to: "",
    },
    caughtBy: {
      file: "test/attacks/batches.test.ts",
      test: "two of each of 20 clients at once, neither fill the memory nor stop others",
    },
  },
  {
    name: "errors are told of any number of rows",
    change: {
      file: "src/producer/jobs/batch-answer.ts",
      from: "errors === undefined || left < 0",
      to: "errors === undefined",
    },
    caughtBy: { file: jobs, test: "errors are told in every row up to 256 KB" },
  },
  {
    name: "a batch that breaks off keeps its place",
    change: {
      file: "src/producer/jobs/batch-route.ts",
      from: "        leave();\n",
      to: "        void leave;\n",
    },
    caughtBy: { file: limits, test: "a batch whose connection breaks off half way" },
  },
  {
    name: "one client has any number of batches under way",
    change: {
      file: "src/producer/http/batch-quota.ts",
      from: ">= mostPerClient",
      to: ">= Number.POSITIVE_INFINITY",
    },
    caughtBy: { file: limits, test: "a client has two batches under way" },
  },
  {
    name: "what was kept of a row that goes on is forgotten",
    change: {
      file: "src/producer/http/line-splitter.ts",
      from: "unended.add(part.subarray(start));",
      to: "void start;",
    },
    caughtBy: { file: rows, test: "lines are the same rows" },
  },
  {
    name: "a quote that is escaped ends a text",
    change: {
      file: "src/producer/http/array-splitter.ts",
      from: "else if (byte === backslash) escaped = true;",
      to: "",
    },
    caughtBy: { file: rows, test: "the values of an array are the same rows" },
  },
  {
    name: "a client's rows take places that it has not got",
    change: {
      file: "src/queue/joint-adds.ts",
      from: "if count <= limit then",
      to: "if true then",
    },
    caughtBy: { file: limits, test: "a batch takes no more places than its client has left" },
  },
  {
    name: "another job with the unique key is told as a new one where it is added with others",
    change: {
      file: "src/queue/joint-adds.ts",
      from: "isNew: !known && job.id === id",
      to: "isNew: !known",
    },
    caughtBy: {
      file: "test/queue/joint-adds.test.ts",
      test: "a job whose unique key another one has is told as that one",
    },
  },
  {
    name: "one row that Redis refuses takes those with it that are added at once",
    change: {
      file: "src/queue/joint-adds.ts",
      from: "local done, answer = pcall(function()",
      to: "local function run(row) return true, row() end local done, answer = run(function()",
    },
    caughtBy: {
      file: "test/queue/joint-adds.test.ts",
      test: "a job that Redis refuses keeps none of those",
    },
  },
  {
    name: "a row that starts later is told as new whenever it is sent",
    change: {
      file: "src/queue/joint-adds.ts",
      from: "/^(add\\w+Job):/",
      to: "/^(addStandardJob):/",
    },
    caughtBy: {
      file: "test/producer/jobs/batch.test.ts",
      test: "a batch whose jobs start later, sent again",
    },
  },
  {
    name: "a key that was used for another input in the same instant is told as new",
    change: {
      file: "src/queue/submission.ts",
      from: "    data === JSON.stringify(sent.data) &&\n",
      to: "",
    },
    caughtBy: { file: jobs, test: "rows of one batch with one key are one job" },
  },
];

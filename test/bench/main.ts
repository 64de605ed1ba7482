import { readCommandLine } from "../../src/service/command-line.ts";

const benchmarks = [
  "actions",
  "batch",
  "explorer",
  "isolation",
  "priorities",
  "requests",
  "streams",
  "telemetry",
  "worker",
];
const usage =
  "npm run bench actions|batch|explorer|isolation|priorities|streams|telemetry|worker|requests FOLDER";

const { positionals } = readCommandLine(process, {
  usage,
  about: [
    "Measures what isolation, priorities or telemetry cost, what part of a bare BullMQ worker's",
    "throughput our worker has, how soon a stream tells the end of a job, or how fast a producer",
    "answers compared with that of another checkout in the folder, which has its packages; and how",
    "fast batches are taken, compared with BullMQ's addBulk; what the index of jobs costs; and how",
    "long an operator's actions on 5,000 jobs take, and what they cost those who submit.",
  ],
  maxPositionals: 2,
});
const [name = ""] = positionals;
if (!benchmarks.includes(name)) {
  process.stderr.write(`no benchmark "${name}", expected: ${usage}\n`);
  process.exit(2);
}
await import(`./${name}.ts`);

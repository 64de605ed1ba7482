import type { Mutant } from "../mutant.ts";

export const packageMutants: readonly Mutant[] = [
  {
    name: "bullmq 6.1.0, whose worker never resumes after an outage of more than 6 s",
    change: { package: "bullmq", version: "6.1.0" },
    caughtBy: { file: "test/faults/redis-outage.test.ts", test: "F8", fullSize: true },
  },
];

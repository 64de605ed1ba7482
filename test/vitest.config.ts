import { defineConfig } from "vitest/config";
import { LongestFirst } from "./setup/longest-first.ts";

/** Held to times and rates, so they run one after the other. */
const measured = ["test/faults/**/*.test.ts", "test/attacks/**/*.test.ts"];
const hosts = "test/hosts/**/*.test.ts";
/** For `npm run test:pulumi`. */
const pulumi = "test/pulumi/**/*.test.ts";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    globalSetup: ["test/setup/redis.ts"],
    sequence: { sequencer: LongestFirst },
    // A process goes on to the next file with the modules and the browser it has loaded.
    isolate: false,
    // Producers of tests start and end threads by the hundred in one process. V8's books of protected
    // pages, which only processors with such keys have, do not bear that ("jit_page.has_value()").
    execArgv: ["--no-memory-protection-keys"],
    // Real processes on a busy machine take their time; what must be quick is asserted as such.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: "queue",
          // As many as two processors bear: beside each there are producers, workers, Redis and a browser.
          // With six there are 17 processes at a time; with three, each of three runs had a test red.
          maxWorkers: 2,
          include: ["test/**/*.test.ts"],
          exclude: [...measured, hosts, pulumi],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "measured", maxWorkers: 1, include: measured, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        // Booting hosts keeps every processor busy, so it comes after all else.
        test: { name: "hosts", maxWorkers: 4, include: [hosts], sequence: { groupOrder: 2 } },
      },
    ],
  },
});

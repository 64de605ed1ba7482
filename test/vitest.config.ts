import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/redis.ts"],
    // Most of the time goes into waiting for processes and browsers.
    maxWorkers: 3,
    // Real processes on a busy machine take their time; what must be quick is asserted as such.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/redis.ts"],
    // Most of the time goes into waiting for processes and browsers.
    maxWorkers: 3,
    testTimeout: 10_000,
    hookTimeout: 20_000,
  },
});

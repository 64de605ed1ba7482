import { defineConfig } from "vitest/config";

/** Each file is a story that a deployment goes through, told by Pulumi's own CLI. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/pulumi/**/*.test.ts"],
    maxWorkers: 2,
    // It says why a story is skipped.
    reporters: ["verbose"],
    // What a deployer has, and no test may meet.
    env: {
      AWS_PROFILE: "the-deployers",
      AWS_SESSION_TOKEN: "the-deployers",
      PULUMI_ACCESS_TOKEN: "the-deployers",
      PULUMI_BACKEND_URL: "the-deployers",
    },
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});

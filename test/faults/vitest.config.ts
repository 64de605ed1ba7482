import { defineConfig } from "vitest/config";
import { TableReporter } from "./table-reporter.ts";

const published =
  process.env["PUBLISH"] === "true" ? new URL("../README.md", import.meta.url) : undefined;

/** All faults at their full size, one after the other: they measure times. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/faults/**/*.test.ts"],
    globalSetup: ["test/setup/redis.ts"],
    env: { FAULTS: "full" },
    fileParallelism: false,
    reporters: ["verbose", new TableReporter(published)],
  },
});

import { defineConfig } from "vitest/config";

/** Half an hour under load and faults. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/soak/soak.test.ts"],
    env: { SOAK: "full" },
  },
});

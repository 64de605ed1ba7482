import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { generateFiles } from "../../dashboards/generated-files.ts";
import { dashboardsFolder } from "../support/dashboards.ts";

test.each([...generateFiles()])(
  "has committed %s as its sources say: `npm run dashboards` renews it",
  async (path, content) => {
    expect(await readFile(new URL(path, dashboardsFolder), "utf8")).toBe(content);
  },
);

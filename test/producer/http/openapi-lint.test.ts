import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { loadTasks } from "../../../src/task/registry.ts";
import { startProducer } from "../../support/producer.ts";
import { loadTwoTasks } from "../../support/second-task.ts";

test.each([
  ["the tasks that are shipped", loadTasks],
  ["two tasks", loadTwoTasks],
])("the linter finds nothing in the document of a producer with %s", async (_, load) => {
  const { url } = await startProducer({ tasks: await load() });
  const source = await (await fetch(`${url}/api/openapi.json`)).text();
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source, config });

  expect(
    problems.map(({ ruleId, message, location: [at] }) => [ruleId, message, at?.pointer]),
  ).toEqual([]);
});

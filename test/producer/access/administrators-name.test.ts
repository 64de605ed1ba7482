import { expect, test } from "vitest";
import { startProducer } from "../../support/producer.ts";
import { addToken, writeTokens } from "../../support/tokens.ts";
import { startConsole } from "../../support/console.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

const said = /line 4: the name "admin" is the administrator's, expected another one/;

test("a token with the administrator's name is refused at the start, by file and line", async () => {
  const { usersFile } = writeTokens();
  addToken(usersFile, "admin", "view");
  await expect(startProducer({ usersFile })).rejects.toThrow(said);
  await expect(startProducer({ usersFile })).rejects.toThrow(usersFile);
});

test("one that is added later lets nobody in, and is told", async () => {
  const { usersFile, view } = writeTokens();
  const { log, lines } = collectLog();
  const { ask } = await startConsole({ usersFile, log });
  const { headers } = addToken(usersFile, "admin", "operate");
  await until("the file to be read", async () => {
    await ask("/audit", { as: view.headers.authorization });
    return lines().some(({ problem }) => said.test(String(problem)));
  });
  expect((await ask("/audit", { as: headers.authorization })).status).toBe(401);
});

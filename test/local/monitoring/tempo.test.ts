import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { reservePort } from "../../support/ports.ts";
import { submitDivision } from "../../support/client.ts";
import { createFakeCommands } from "../../support/fake-commands.ts";
import { startLauncher } from "../../support/launcher.ts";
import { until } from "../../support/until.ts";

/** Takes traces where its configuration says, and notes where they were sent to. */
const receiver = `
const { appendFileSync, readFileSync } = require("fs");
const file = process.argv[2].split("=")[1];
const { endpoint } = JSON.parse(readFileSync(file)).distributor.receivers.otlp.protocols.http;
const [host, port] = endpoint.split(":");
require("http").createServer((request, response) => {
  appendFileSync(file + ".seen", request.url + "\\n");
  response.setHeader("content-type", "application/json").end("{}");
}).listen(port, host);
`;

test("traces into a Tempo that is installed", async () => {
  const fakes = createFakeCommands();
  fakes.add("tempo", receiver);
  const { url, dataFolder, untilOutput } = await startLauncher({
    env: {
      PATH: [fakes.path, process.env["PATH"]].join(delimiter),
      MONITORING: "true",
      PROMETHEUS_PORT: String(await reservePort()),
    },
  });
  await untilOutput("Ctrl-C drains");
  const { trace_id: traceId } = await submitDivision(url, { x: 10, y: 2 });
  const seen = join(dataFolder, "tempo/tempo.yaml.seen");
  await until("a trace", () => existsSync(seen) && readFileSync(seen, "utf8").endsWith("\n"));
  expect(fakes.calls()).toEqual([`tempo -config.file=${dataFolder}/tempo/tempo.yaml`]);
  expect(new Set(readFileSync(seen, "utf8").trim().split("\n"))).toEqual(new Set(["/v1/traces"]));
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
});

import { endpoints } from "../../src/contract/topology.ts";
import { readCommandLine } from "../../src/service/command-line.ts";
import { type Check, createBasis, createChecks } from "./checks.ts";
import { createDeployment } from "./deployment.ts";
import { createGrafanaChecks } from "./grafana-checks.ts";
import { createTaskChecks } from "./task-checks.ts";

const usage =
  "npm run smoke -- http://ADDRESS [REDIS_ADDRESS] [--administrator] [--grafana http://ADDRESS:PORT]";
const {
  positionals: [address = "", redisHost],
  values: { administrator = false, grafana },
} = readCommandLine(process, {
  usage,
  about: [
    "Tests a deployment as a user would. --administrator says that this is run where Bull Board may be",
    "reached; --grafana that Grafana is to be asked, too. With the password of its user admin in",
    "GRAFANA_PASSWORD, that it reaches its data sources, and finds there what a job has logged.",
  ],
  options: { administrator: { type: "boolean" }, grafana: { type: "string" } },
  maxPositionals: 2,
});
const url = readUrl(address);
const deployment = createDeployment(url);
let failures = 0;
for (const check of createBasis(deployment)) {
  report(check, await causeOf(check));
  if (failures > 0) process.exit(1);
}
const tasks = await deployment.readTasks();
const grafanaPage = grafana === undefined ? undefined : createDeployment(readUrl(grafana));
const grafanaPassword = process.env["GRAFANA_PASSWORD"];
const checks = [
  ...createTaskChecks(deployment, tasks),
  ...createChecks(deployment, redisHost ?? url.hostname, {
    board: administrator
      ? createDeployment(new URL(`http://${url.hostname}:${endpoints.board.port}`))
      : undefined,
    grafana: grafanaPage,
  }),
  ...(grafanaPage === undefined || grafanaPassword === undefined
    ? []
    : createGrafanaChecks(
        (path) =>
          grafanaPage.get(path, { authorization: `Basic ${btoa(`admin:${grafanaPassword}`)}` }),
        deployment,
        tasks,
      )),
];
const causes = await Promise.all(checks.map(causeOf));
checks.forEach((check, index) => report(check, causes[index]));
if (tasks.every(({ examples }) => examples.length === 0)) {
  console.log(
    "note  no task has an example, so no job was run: whether the worker works is not known",
  );
}
process.exitCode = failures === 0 ? 0 : 1;

function readUrl(text: string): URL {
  const parsed = URL.parse(text);
  return parsed?.protocol === "http:" ? parsed : refuse(`"${text}"`);
}

function refuse(given: string): never {
  console.error(`${given} is no address, expected: ${usage}`);
  process.exit(2);
}

async function causeOf(check: Check): Promise<string | undefined> {
  return check.run().catch((error: Error) => `no usable answer came back: ${error.message}`);
}

function report({ promise }: Check, cause: string | undefined): void {
  if (cause !== undefined) failures += 1;
  console.log(cause === undefined ? `ok    ${promise}` : `FAIL  ${promise}: ${cause}`);
}

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { type Config, loadConfig } from "../service/config.ts";
import { variables } from "../contract/environment.ts";
import { endpoints } from "../contract/topology.ts";
import { readCommandLine } from "../service/command-line.ts";
import { prepareBroker } from "./broker.ts";
import { makeDataFolder } from "./data-folder.ts";
import { loadDeathSignal } from "../service/death-signal.ts";
import { removeDeployment, writeDeployment } from "./deployment.ts";
import { findBrokerProblem } from "./given-broker.ts";
import { prepareMonitoring } from "./monitoring/monitoring.ts";
import { environmentOf } from "../service/passed-environment.ts";
import { createOrigins } from "./origins.ts";
import { checkPorts } from "./ports.ts";
import { keepReloading } from "./reload/reload.ts";
import { findSources } from "./reload/source-watch.ts";
import { openStack, type Stack } from "./stack.ts";
import { onStopRequest } from "./stop-request.ts";
import { createSummary } from "./summary.ts";
import { refreshTaskTypes } from "./task-types.ts";

const project = resolve(import.meta.dirname, "../..");
const print = (name: string, line: string) => console.log(`${name.padEnd(8)} | ${line}`);
const say = (line: string) => print("tripod", line);

readCommandLine(process, {
  usage: "npm start [-- --help]",
  about: [
    "Runs Redis, producer and worker on this machine, and what watches them where it is installed.",
    "These environment variables set it up:",
    "",
    "  TRIPOD_DATA: Folder that keeps the jobs (.tripod).",
    ...Object.entries(variables).map(([name, { meaning }]) => `  ${name}: ${meaning}`),
  ],
});

// Whoever reads the output may go first, as in a pipe that Ctrl-C ends: we drain, and do not fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  process.exit(await run());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Runs everything until this process is asked to stop; answers with its exit code. */
async function run(): Promise<number> {
  // Before anything else: npm may end while we prepare.
  const stopping = new AbortController();
  const stopRequested = once(stopping.signal, "abort");
  let stack: Stack | undefined;
  onStopRequest(
    { runByNpm: process.env.npm_lifecycle_event !== undefined },
    (reason) => {
      say(`${reason}: draining, Ctrl-C again ends everything at once`);
      stopping.abort();
    },
    () => {
      stack?.kill();
      process.exit(130);
    },
  );
  const config = loadConfig(process.env);
  const dataFolder = resolve(project, process.env.TRIPOD_DATA || ".tripod");
  makeDataFolder(dataFolder);
  const broker = await prepareBroker({
    givenUrl: process.env.REDIS_URL ? config.redis.url : undefined,
    dataFolder,
    path: process.env.PATH,
  });
  const servicePorts = listServicePorts(config);
  await checkPorts(servicePorts, config.listenAddress);
  const monitoring = await prepareMonitoring({
    config,
    redis:
      broker.login === undefined
        ? config.redis
        : { url: broker.url, password: broker.login.password },
    dataFolder,
    path: process.env.PATH,
    servicePorts,
  });
  for (const remark of monitoring.remarks) say(remark);

  await sayFreshTypes();
  const launchPrefix = loadDeathSignal();
  if (launchPrefix.length === 0) {
    say("this system cannot end the services when the launcher is killed with kill -9");
  }
  const madeUpPassword =
    config.board.password === undefined ? randomBytes(12).toString("base64url") : undefined;
  const origins = createOrigins(config);
  const env = {
    ...process.env,
    ...monitoring.env,
    REDIS_URL: broker.url,
    PUBLIC_URL: config.publicUrl ?? origins.public,
    BOARD_URL: config.boardUrl ?? origins.board,
    USERS_FILE: config.board.usersFile ?? join(dataFolder, "users"),
    ...(broker.login !== undefined && { REDIS_PASSWORD_FILE: broker.login.passwordFile }),
    ...(madeUpPassword !== undefined && { BOARD_PASSWORD: madeUpPassword }),
  };
  if (broker.command === undefined) {
    const problem = await findBrokerProblem(broker.url);
    if (problem !== undefined) say(`${problem}; waiting for it`);
  }
  if (stopping.signal.aborted) return 0;
  const loaded = findSources(join(project, "src"));
  stack = openStack({
    config,
    broker,
    env,
    launchPrefix,
    print,
  });

  let exitCode = 0;
  try {
    await stack.untilReady(stopping.signal);
    stack.watch(monitoring.watchers);
    writeDeployment(dataFolder, {
      launcherPid: process.pid,
      url: origins.public,
      redisUrl: broker.command && broker.url,
      redisPasswordFile: broker.login?.passwordFile,
    });
    console.log(
      createSummary({
        config,
        madeUpPassword,
        place: broker.place,
        monitoring: monitoring.pages,
      }).join("\n"),
    );
    const running = stack;
    void keepReloading({
      project,
      loaded,
      env: environmentOf("worker", env),
      signal: stopping.signal,
      reload: () => running.reload(),
      say,
    }).catch((error: unknown) => say(`changes are not noticed any more: ${String(error)}`));
    await stopRequested;
  } catch (error) {
    if (!stopping.signal.aborted) {
      say(error instanceof Error ? error.message : String(error));
      exitCode = 1;
    }
  }
  removeDeployment(dataFolder);
  await stack.stop();
  say("everything has stopped");
  return exitCode;
}

/** The types are for clients alone: where they cannot be written, everything runs without them. */
async function sayFreshTypes(): Promise<void> {
  try {
    if (await refreshTaskTypes()) say("wrote src/tasks/tasks.d.ts anew, as the tasks have changed");
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    say(`src/tasks/tasks.d.ts may be out of date: ${problem}`);
  }
}

function listServicePorts({ ports }: Config) {
  return [
    { port: ports.public, endpoint: endpoints.public, variable: "PUBLIC_PORT" },
    { port: ports.board, endpoint: endpoints.board, variable: "BOARD_PORT" },
    {
      port: ports.producerMetrics,
      endpoint: endpoints["producer-metrics"],
      variable: "PRODUCER_METRICS_PORT",
    },
    {
      port: ports.workerMetrics,
      endpoint: endpoints["worker-metrics"],
      variable: "WORKER_METRICS_PORT",
    },
  ].map(({ port, endpoint, variable }) => ({ port, purpose: endpoint.purpose, variable }));
}

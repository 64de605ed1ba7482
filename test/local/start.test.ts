import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { readDeployment } from "../../src/local/deployment.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startLauncher } from "../support/launcher.ts";
import { reservePort } from "../support/ports.ts";
import { descendantsOf } from "../support/process-tree.ts";
import { startRedis } from "../support/redis.ts";

test("prints the addresses and the login of everything it has started", async () => {
  const { ports, dataFolder, untilOutput } = await startLauncher();
  const output = await untilOutput("Ctrl-C drains");
  expect(output).toContain(`Jobs are kept in ${dataFolder}/redis.`);
  const password = /user admin, password (\S+)\)/.exec(output)?.[1];
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
  const addresses = output.match(/http:\/\/localhost:\S+/g) ?? [];
  const statuses = await Promise.all(
    addresses.map(async (address) => {
      const response = await fetch(address, { headers: { authorization } });
      return [address, response.status];
    }),
  );
  expect(statuses).toEqual([
    [`http://localhost:${ports.public}/`, 200],
    [`http://localhost:${ports.public}/overview`, 200],
    [`http://localhost:${ports.board}/`, 200],
    [`http://localhost:${ports.producerMetrics}/metrics`, 200],
    [`http://localhost:${ports.workerMetrics}/metrics`, 200],
  ]);
});

test("runs a submitted task", async () => {
  const { url, untilOutput } = await startLauncher();
  await untilOutput("Ctrl-C drains");
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: 5 });
});

test("prefixes each line of a service with its name", async () => {
  const { untilOutput } = await startLauncher();
  const output = await untilOutput("Ctrl-C drains");
  expect(output).toMatch(/^producer \| \{.*"producer is up"\}$/m);
  expect(output).toMatch(/^worker {3}\| \{.*"worker is up"\}$/m);
  // What Redis says at its start differs between versions, down to nothing.
  const services = output.slice(0, output.indexOf("Tasks  ")).trim().split("\n");
  expect(services.filter((line) => !/^(producer|worker {2}|redis {3}) \| /.test(line))).toEqual([]);
});

test("keeps a password that was given to itself, and gives it to the producer alone", async () => {
  const { child, ports, untilOutput } = await startLauncher({ env: { BOARD_PASSWORD: "sesame" } });
  const output = await untilOutput("Ctrl-C drains");
  const response = await fetch(`http://localhost:${ports.board}/`, {
    headers: { authorization: `Basic ${Buffer.from("admin:sesame").toString("base64")}` },
  });
  expect([response.status, output.includes("sesame")]).toEqual([200, false]);
  const told = descendantsOf(child.pid).filter(({ pid }) =>
    readFileSync(`/proc/${pid}/environ`, "utf8").includes("sesame"),
  );
  expect(told.map(({ command }) => command)).toEqual([
    expect.stringMatching(/src\/producer\/main\.ts --share-ports$/),
  ]);
});

test("its Redis demands a password, which only files of its owner's hold", async () => {
  const { child, dataFolder, untilOutput } = await startLauncher();
  const output = await untilOutput("Ctrl-C drains");
  const { redisUrl = "", redisPasswordFile = "" } = readDeployment(dataFolder) ?? {};
  const password = readFileSync(redisPasswordFile, "utf8").trim();
  const ping = async (login: { password?: string }) => {
    const redis = new Redis(redisUrl, { ...login, retryStrategy: () => null });
    const { promise: answer, resolve } = Promise.withResolvers<string>();
    redis.on("error", ({ message }) => resolve(message));
    redis.ping().then(resolve, () => undefined);
    await answer;
    redis.disconnect();
    return answer;
  };
  expect([await ping({}), await ping({ password })]).toEqual([
    expect.stringMatching(/^NOAUTH /),
    "PONG",
  ]);
  const holders = readdirSync(dataFolder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(dataFolder, name))
    .filter((path) => readFileSync(path, "utf8").includes(password));
  expect(holders.map((path) => [basename(path), statSync(path).mode & 0o777])).toEqual([
    ["redis-password", 0o600],
    ["redis.conf", 0o600],
  ]);
  const processes = descendantsOf(child.pid).flatMap(({ pid }) =>
    ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8")),
  );
  expect([output, ...processes].filter((text) => text.includes(password))).toEqual([]);
  expect([password.length, processes.length >= 6]).toEqual([32, true]);
});

test("its Redis has a memory limit, which bounds what is kept of ended jobs", async () => {
  const { dataFolder, untilOutput } = await startLauncher();
  await untilOutput("Ctrl-C drains");
  const { redisUrl = "", redisPasswordFile = "" } = readDeployment(dataFolder) ?? {};
  const password = readFileSync(redisPasswordFile, "utf8").trim();
  const redis = new Redis(redisUrl, { password, retryStrategy: () => null });
  onTestFinished(() => redis.disconnect());
  expect(await readMemory(redis)).toMatchObject({ limit: 512 * 1024 * 1024 });
});

test("names every taken port and the variable that changes it, and starts nothing", async () => {
  const taken = await Promise.all([occupyPort(), occupyPort()]);
  const { ended, output } = await startLauncher({
    env: { PUBLIC_PORT: String(taken[0]), WORKER_METRICS_PORT: String(taken[1]) },
  });
  expect(await ended).toBe(1);
  expect(output()).toBe(
    `port ${taken[0]} (task form, status pages and JSON API) is taken; PUBLIC_PORT chooses another\n` +
      `port ${taken[1]} (the worker's /metrics, /healthz and /readyz) is taken; WORKER_METRICS_PORT chooses another\n`,
  );
});

test("names a port that two listeners were given", async () => {
  const port = await occupyPort();
  const { ended, output } = await startLauncher({
    env: { PUBLIC_PORT: String(port), BOARD_PORT: String(port) },
  });
  expect(await ended).toBe(1);
  expect(output()).toContain(
    `port ${port} (Bull Board, behind a login) is also given as PUBLIC_PORT`,
  );
});

test("names every unusable variable", async () => {
  const { ended, output } = await startLauncher({ env: { PUBLIC_PORT: "http", BOARD_PORT: "0" } });
  expect(await ended).toBe(1);
  expect(output()).toContain('PUBLIC_PORT: expected a whole number from 1 to 65535, got "http"');
  expect(output()).toContain('BOARD_PORT: expected a whole number from 1 to 65535, got "0"');
});

test("refuses data that another launcher uses, and names that one", async () => {
  const first = await startLauncher();
  await first.untilOutput("Ctrl-C drains");
  const second = await startLauncher({ dataFolder: first.dataFolder });
  expect(await second.ended).toBe(1);
  expect(second.output()).toBe(
    `"${first.dataFolder}" is in use by the launcher with pid ${first.child.pid}; ` +
      "stop that one, or set TRIPOD_DATA to another folder\n",
  );
  const { id } = await submitDivision(first.url, { x: 9, y: 3 });
  expect(await untilFinal(first.url, id)).toMatchObject({ status: "succeeded", result: 3 });
});

test("starts no Redis where one is given", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const { child, url, untilOutput } = await startLauncher({
    env: { REDIS_URL: redis.url },
  });
  expect(await untilOutput("Ctrl-C drains")).toContain(`Redis at 127.0.0.1:${redis.port}`);
  expect(descendantsOf(child.pid).map(({ command }) => /\w+\/main\.ts/.exec(command)?.[0])).toEqual(
    ["producer/main.ts", "worker/main.ts"],
  );
  const { id } = await submitDivision(url, { x: 8, y: 2 });
  expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: 4 });
});

test("says which Redis does not answer, and what to check", async () => {
  const port = await reservePort();
  const { untilOutput } = await startLauncher({ env: { REDIS_URL: `redis://127.0.0.1:${port}` } });
  expect(await untilOutput("waiting for it")).toContain(
    `tripod   | no Redis answers at 127.0.0.1:${port} (ECONNREFUSED): check that it runs there, and the address in REDIS_URL; waiting for it\n`,
  );
});

test("says so where no Redis is installed", async () => {
  const { ended, output } = await startLauncher({ env: { PATH: "/nowhere" } });
  expect(await ended).toBe(1);
  expect(output()).toContain('neither "redis-server" nor "valkey-server" is on the PATH');
});

/** A port of 127.0.0.1 that is taken until the test is over. */
async function occupyPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return address.port;
}

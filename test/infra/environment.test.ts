import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createEnvironmentFile } from "../../infra/boot/environment-file.ts";
import { createSettings } from "../../infra/config.ts";
import { variables } from "../../src/contract/environment.ts";
import { loadConfig } from "../../src/service/config.ts";
import { loadBuiltRelease } from "../support/built-release.ts";
import { ofType, runMockedStack, userDataOf } from "../support/mocked-stack.ts";
import { createStackConfig } from "../support/pulumi-project.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

// The first run on a machine installs the release's dependencies.
beforeAll(() => loadBuiltRelease("arm64"), 180_000);

/** The settings of a stack whose `tripod:environment` is this object. */
function createSettingsWith(environment: unknown) {
  const config = createStackConfig("tripod", {
    environment: JSON.stringify(environment),
  });
  return createSettings(config, "tripod");
}

/** Host -> user data, and the variables of its service. */
async function bootHosts(environment: Readonly<Record<string, unknown>>) {
  const resources = await runMockedStack({ environment: JSON.stringify(environment) });
  const hosts = ofType(resources, "Instance").map((instance) => {
    const userData = userDataOf(instance);
    const { write_files: files }: { write_files: { path: string; content: string }[] } =
      parse(userData);
    const file = (path: string) => files.find((each) => each.path === path)?.content ?? "";
    return [instance.name, { userData, file }] as const;
  });
  return Object.fromEntries(hosts);
}

test("numbers and flags of YAML are taken as a process reads them", () => {
  const given = { MAX_QUEUE_DEPTH: 5000, TRUST_PROXY: true, LOG_LEVEL: "debug" };
  const { environment } = createSettingsWith(given);
  expect(environment).toEqual({ MAX_QUEUE_DEPTH: "5000", TRUST_PROXY: "true", LOG_LEVEL: "debug" });
  expect(loadConfig(environment).limits).toMatchObject({ trustProxy: true, queueDepth: 5000 });
});

test("one message names every variable that cannot be set, with what to do instead", () => {
  const environment = {
    QUEUE_DEPTH: 5,
    MAX_QUEUE_DEPTH: "many",
    TRUST_PROXY: "yes",
    LOG_LEVEL: "loud",
    RATE_LIMIT_PER_MINUTE: [1],
    BOARD_USER: "a\nb",
    WORKER_CONCURRENCY: 20,
    REDIS_URL: "redis://elsewhere",
    BOARD_PASSWORD: "secret",
    GRAFANA_URL: "http://elsewhere",
    PROMETHEUS_PORT: 9090,
  };
  expect(() => createSettingsWith(environment)).toThrowErrorMatchingInlineSnapshot(`
    [Error: the stack's configuration is not usable:
      tripod:environment.QUEUE_DEPTH: no such variable: expected one of ALLOWED_HOSTS, BOARD_READ_ONLY, BOARD_USER, CALLBACK_ALLOWED, LOG_LEVEL, MAX_QUEUE_DEPTH, MAX_UNFINISHED_PER_CLIENT, PUBLIC_ACCESS, RATE_LIMIT_PER_MINUTE, READ_LIMIT_PER_MINUTE, TRACES_PER_SECOND, TRACE_LINK_MODE, TRUST_PROXY, TRUST_TRACEPARENT, WORKER_DEADMAN_MS, WORKER_DRAIN_MS, WORKER_LOCK_MS, WORKER_QUEUES, WORKER_STALLED_CHECK_MS
      tripod:environment.MAX_QUEUE_DEPTH: expected a whole number from 1 to 10000000, got "many"
      tripod:environment.TRUST_PROXY: expected "true" or "false", got "yes"
      tripod:environment.LOG_LEVEL: expected "trace", "debug", "info", "warn", "error", "fatal" or "silent", got "loud"
      tripod:environment.RATE_LIMIT_PER_MINUTE: expected a whole number from 1 to 1000000, got [1]
      tripod:environment.BOARD_USER: expected one line without control characters, got "a\\nb"
      tripod:environment.WORKER_CONCURRENCY: cannot be set here: set tripod:workerConcurrency instead
      tripod:environment.REDIS_URL: cannot be set here: the stack sets it as src/contract/topology.ts says
      tripod:environment.BOARD_PASSWORD: cannot be set here: the stack makes passwords itself, and new ones when tripod:passwordVersion is raised
      tripod:environment.GRAFANA_URL: cannot be set here: the stack sets it where tripod:monitoring is on
      tripod:environment.PROMETHEUS_PORT: cannot be set here: only npm start reads it]
  `);
});

test.each(Object.entries(variables).filter(([, { onEc2 }]) => onEc2.by !== "operator"))(
  "%s cannot be set beside the stack",
  (name) => {
    expect(() => createSettingsWith({ [name]: "1" })).toThrow(
      `tripod:environment.${name}: cannot be set here`,
    );
  },
);

test("a service gets the variables that it reads, and the other's replace none of its hosts", async () => {
  const plain = await bootHosts({});
  const hosts = await bootHosts({ RATE_LIMIT_PER_MINUTE: 5000, BOARD_USER: `"R&D" at 5 $` });
  expect(hosts["producer"]?.file("/etc/tripod/service.env")).toMatch(
    /\nRATE_LIMIT_PER_MINUTE=5000\nBOARD_USER="\\"R&D\\" at 5 \\\$"\n/,
  );
  const changed = Object.keys(hosts).filter(
    (name) => hosts[name]?.userData !== plain[name]?.userData,
  );
  expect(changed).toEqual(["producer"]);
  const both = await bootHosts({ LOG_LEVEL: "debug" });
  expect(
    Object.keys(both).filter((name) =>
      both[name]?.file("/etc/tripod/service.env").includes("\nLOG_LEVEL=debug\n"),
    ),
  ).toEqual(expect.arrayContaining(["producer", "worker-1"]));
});

/** How long systemd waits for producer and worker to stop. */
async function readStopTimeouts(environment: Readonly<Record<string, unknown>>) {
  const hosts = await bootHosts(environment);
  return ["producer", "worker"].map((service) => {
    const host = service === "worker" ? "worker-1" : service;
    const unit = hosts[host]?.file(`/etc/systemd/system/tripod-${service}.service`);
    return /^TimeoutStopSec=(.+)$/m.exec(unit ?? "")?.[1];
  });
}

test("systemd waits for a worker longer than the worker for its jobs", async () => {
  expect(await readStopTimeouts({})).toEqual(["60", "60"]);
  expect(await readStopTimeouts({ WORKER_DRAIN_MS: 120_500 })).toEqual(["60", "136"]);
});

test("a shell reads back exactly what was written into an environment file", () => {
  const file = join(createTemporaryFolder(), "service.env");
  const line = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(...`"'\\$\` #=;~!*%{}`.split("")),
        fc.string({ maxLength: 1 }),
      ),
    })
    .filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (values) => {
      const entries = values.map((value, index) => [`V${index}`, value] as const);
      writeFileSync(file, createEnvironmentFile(Object.fromEntries(entries)));
      const names = entries.map(([name]) => `"$${name}"`).join(" ");
      const command = `set -eu; . ${file}; printf '%s\\0' ${names.replace(/\$V(\d+)/g, "${V$1}")}`;
      const read = execFileSync("bash", ["-c", command], { encoding: "utf8" });
      expect(read.split("\0").slice(0, -1)).toEqual(values);
    }),
    { numRuns: 30 },
  );
});

test.each(["a\nb", "a\rb", "\u0000", "\u001b[0m"])("the value %j is in no such file", (value) => {
  expect(() => createEnvironmentFile({ NAME: value })).toThrow(
    "NAME: expected one line without control characters",
  );
});

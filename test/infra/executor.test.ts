import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadBuiltRelease } from "../support/built-release.ts";
import { type Resource, isSecret, ofType, runMockedStack } from "../support/mocked-stack.ts";
import { type Execution, executeStack } from "../support/pulumi-engine.ts";
import { repository } from "../support/pulumi-project.ts";

/** The machine's own Node.js, which `pulumi up` uses, and the pinned one, which npm scripts use. */
const runtimes = [...new Set([process.execPath, findOwnNode()])];

// The first run on a machine installs the release's dependencies.
beforeAll(() => loadBuiltRelease("arm64"), 180_000);

function findOwnNode(): string {
  const path = (process.env["PATH"] ?? "")
    .split(":")
    .filter((part) => !part.includes("node_modules"));
  const found = spawnSync("node", ["-p", "process.execPath"], {
    encoding: "utf8",
    env: { PATH: path.join(":") },
  });
  return found.status === 0 ? found.stdout.trim() : process.execPath;
}

function listNames(resources: readonly Resource[]): string[] {
  return resources.map(({ type, name }) => `${type} ${name}`).toSorted();
}

describe.each(runtimes)("Pulumi's executor under %s", (node) => {
  let execution: Execution;
  let mocked: Resource[];
  beforeAll(async () => {
    mocked = await runMockedStack({ monitoring: "true" });
    execution = await executeStack(node, { monitoring: "true" });
  }, 180_000);

  test("runs the whole program without a complaint", () => {
    const { exitCode, messages, resources } = execution;
    expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: [] });
    expect(listNames(resources)).toEqual(listNames(mocked));
  });

  test("tells what is wrong with the configuration, and nothing else", async () => {
    const { exitCode, messages } = await executeStack(node, { workerCount: "many" });
    expect(exitCode).not.toBe(0);
    expect(messages).toEqual([
      "the stack's configuration is not usable:\n" +
        '  tripod:workerCount: expected a whole number from 0 to 20, got "many"',
    ]);
  });

  test("hands the outputs over, the passwords as secrets", () => {
    const { boardLogin, grafanaPassword, ...outputs } = execution.outputs;
    expect([isSecret(boardLogin), isSecret(grafanaPassword)]).toEqual([true, true]);
    expect(outputs).toEqual({
      url: "http://203.0.113.80",
      boardUrl: "http://203.0.113.80:8081",
      grafanaUrl: "http://203.0.113.80:3000",
      sshCommands: {
        producer: "ssh admin@203.0.113.80",
        redis: "ssh admin@203.0.113.80",
        workers: ["ssh admin@203.0.113.80"],
        monitor: "ssh admin@203.0.113.80",
      },
      releaseSha: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("protects the broker's volume, and nothing that a destroy should take", () => {
    const isProtected = execution.resources.filter(({ protect }) => protect);
    expect(isProtected.map(({ name, type }) => [name, type])).toEqual([
      ["redis-data", "aws:ebs/volume:Volume"],
    ]);
  });

  test("replaces Redis and the monitor before their successors exist, the others after", () => {
    const instances = ofType(execution.resources, "Instance") as Execution["resources"];
    expect(
      Object.fromEntries(
        instances.map((instance) => [instance.name, instance.deleteBeforeReplace]),
      ),
    ).toEqual({ redis: true, monitor: true, producer: false, "worker-1": false });
  });

  test("replaces no host because Debian published another image", () => {
    const instances = ofType(execution.resources, "Instance") as Execution["resources"];
    expect(instances.map(({ ignoreChanges }) => ignoreChanges)).toEqual(
      Array.from({ length: 4 }, () => ["ami"]),
    );
  });

  test("keeps generated passwords secret in the state", () => {
    const passwords = ofType(execution.resources, "RandomPassword") as Execution["resources"];
    expect(passwords).not.toEqual([]);
    for (const { additionalSecretOutputs } of passwords) {
      expect(additionalSecretOutputs).toEqual(["bcryptHash", "result"]);
    }
  });
});

test("the volumes before the last one stay as they are, and all are protected", async () => {
  const { messages, resources } = await executeStack(process.execPath, {
    redisVolume: "2",
    restoreSnapshot: "snap-0123456789abcdef0",
  });
  expect(messages).toEqual([]);
  const volumes = ofType(resources, "Volume") as Execution["resources"];
  expect(volumes.map(({ name, protect, ignoreChanges }) => [name, protect, ignoreChanges])).toEqual(
    [
      ["redis-data", true, ["snapshotId", "size"]],
      ["redis-data-2", true, []],
    ],
  );
}, 180_000);

test("a stack that asks for newer images replaces hosts", async () => {
  const { messages, resources } = await executeStack(process.execPath, { refreshAmi: "true" });
  expect(messages).toEqual([]);
  const instances = ofType(resources, "Instance") as Execution["resources"];
  expect(instances.map(({ ignoreChanges }) => ignoreChanges)).toEqual([[], [], []]);
}, 180_000);

test("a configuration that cannot be used is told in one message", async () => {
  const { exitCode, messages, resources } = await executeStack(process.execPath, {
    adminCidr: "0.0.0.0/0",
    workerCount: "many",
  });
  expect(exitCode).not.toBe(0);
  expect(messages.join("\n")).toContain(
    `the stack's configuration is not usable:\n  tripod:adminCidr: expected`,
  );
  expect(messages.join("\n")).toContain(`tripod:workerCount: expected a whole number`);
  expect(resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
}, 180_000);

test("a host is replaced when its type is of another architecture, for which its image is none", async () => {
  const { messages, resources } = await executeStack(process.execPath, {
    redisInstanceType: "t3.small",
    egress: "nat-instance",
  });
  expect(messages).toEqual([]);
  const instances = ofType(resources, "Instance") as Execution["resources"];
  expect(
    Object.fromEntries(instances.map(({ name, replacementTrigger }) => [name, replacementTrigger])),
  ).toEqual({ redis: "x64", producer: "arm64", "worker-1": "arm64", nat: "arm64" });
}, 180_000);

test("the shipped stack file's settings hold in a project of another name", async () => {
  const { config }: { config: Record<string, unknown> } = parse(
    await readFile(join(repository, "Pulumi.dev.yaml"), "utf8"),
  );
  const values = Object.entries(config).map(([key, value]) => [key, String(value)] as const);
  const { messages, resources } = await executeStack(
    process.execPath,
    Object.fromEntries(values),
    "mail",
  );
  expect(messages).toEqual([]);
  expect(ofType(resources, "Instance").map(({ name }) => name)).toContain("monitor");
  // One account may have several projects, whose stacks have the same name.
  const parameters = ofType(resources, "Parameter").map(({ inputs }) => String(inputs["name"]));
  expect(parameters).toHaveLength(5);
  for (const name of parameters) expect(name).toMatch(/^\/mail\/test\/[a-z-]+$/);
}, 180_000);

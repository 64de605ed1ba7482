import { expect, test } from "vitest";
import { architectureOf, createSettings, settingNames } from "../../infra/config.ts";
import { createStackConfig, loadPulumiProject } from "../support/pulumi-project.ts";

async function read(values: Record<string, string> = {}, further: Record<string, string> = {}) {
  const config = createStackConfig(await loadPulumiProject(), values);
  return createSettings({ ...config, ...further }, "tripod");
}

test("the project's defaults are three small hosts that nobody administers", async () => {
  expect(await read()).toEqual({
    adminCidr: undefined,
    sshPublicKey: undefined,
    egress: "public-ip",
    monitoring: false,
    redisInstanceType: "t4g.micro",
    producerInstanceType: "t4g.micro",
    workerInstanceType: "t4g.micro",
    monitorInstanceType: "t4g.small",
    workerCount: 1,
    workerConcurrency: 10,
    environment: {},
    redisFsync: "always",
    redisVolumeGiB: 8,
    monitorVolumeGiB: 20,
    amiId: undefined,
    refreshAmi: false,
    passwordVersion: 1,
  });
});

test("every key of the project has a type, a default and a one-line description", async () => {
  const { config } = await loadPulumiProject();
  expect(Object.keys(config).toSorted()).toEqual([...settingNames].toSorted());
  expect(settingNames.length).toBeGreaterThan(10);
  for (const [key, { type, default: value, description }] of Object.entries(config)) {
    const types = ["string", "boolean", "integer", "object"];
    expect([key, types.includes(type)]).toEqual([key, true]);
    expect([key, value === undefined || value === null]).toEqual([key, false]);
    expect(description).toMatch(/^[A-Z][^\n]{20,110}\.$/);
  }
});

test("one message names every problem", async () => {
  const values = {
    adminCidr: "0.0.0.0/0",
    sshPublicKey: "my key",
    egress: "private",
    monitoring: "yes",
    redisInstanceType: "micro",
    workerCount: "-1",
    workerConcurrency: "0",
    environment: "many",
    redisFsync: "no",
    redisVolumeGiB: "two",
    monitorVolumeGiB: "7",
    amiId: "debian",
    refreshAmi: "",
    passwordVersion: "1.5",
  };
  await expect(read(values)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [Error: the stack's configuration is not usable:
      tripod:adminCidr: expected an IPv4 network such as "198.51.100.7/32", /8 at the widest, or "none", got "0.0.0.0/0"
      tripod:sshPublicKey: expected an OpenSSH public key, or "none", got "my key"
      tripod:egress: expected "public-ip", "nat-instance" or "nat-gateway", got "private"
      tripod:monitoring: expected "true" or "false", got "yes"
      tripod:redisInstanceType: expected an instance type such as "t4g.micro", got "micro"
      tripod:workerCount: expected a whole number from 0 to 20, got "-1"
      tripod:workerConcurrency: expected a whole number from 1 to 1000, got "0"
      tripod:environment: expected an object of variables and their values, got "many"
      tripod:redisFsync: expected "always" or "everysec", got "no"
      tripod:redisVolumeGiB: expected a whole number from 4 to 1024, got "two"
      tripod:monitorVolumeGiB: expected a whole number from 8 to 1024, got "7"
      tripod:amiId: expected an image id, or "latest", got "debian"
      tripod:refreshAmi: expected "true" or "false", got ""
      tripod:passwordVersion: expected a whole number from 1 to 1000000, got "1.5"]
  `);
});

test("a setting that nobody reads is an error, which tells the nearest one", async () => {
  await expect(
    read(
      { workercount: "3" },
      { "tripd:monitoring": "true", "aws:region": "eu-west-1", "tls:proxy": "x" },
    ),
  ).rejects.toThrowErrorMatchingInlineSnapshot(`
    [Error: the stack's configuration is not usable:
      tripod:workercount: no such setting, expected one such as tripod:workerCount
      tripd:monitoring: no such setting, expected one such as tripod:monitoring]
  `);
});

test.each([
  ["0.0.0.0/0", false],
  ["10.0.0.0/7", false],
  ["10.0.0.0/8", true],
  ["198.51.100.7/32", true],
  ["198.51.100.7", false],
  ["198.51.100.7/24", false],
  ["198.51.100.0/24", true],
  ["198.51.100.256/32", false],
  ["::/0", false],
  ["198.51.100.7/33", false],
])("the administrator's network %j is accepted: %j", async (adminCidr, accepted) => {
  const outcome = await read({ adminCidr }).then(
    (settings) => settings.adminCidr === adminCidr,
    (error: unknown) =>
      !String(error).includes("tripod:adminCidr: expected an IPv4 network") && error,
  );
  expect(outcome).toBe(accepted);
});

test("producer and worker of two architectures are refused, for they share a release", async () => {
  await expect(read({ workerInstanceType: "t3.micro" })).rejects.toThrow(
    `"t3.micro" must be of the architecture of "t4g.micro"`,
  );
});

test("one pinned image for two architectures is refused", async () => {
  const values = { redisInstanceType: "t3.micro", amiId: "ami-0123456789abcdef0" };
  await expect(read(values)).rejects.toThrow(`one image cannot serve both`);
});

test("a monitor of another architecture is refused one pinned image, and only where there is one", async () => {
  const values = { monitorInstanceType: "t3.small", amiId: "ami-0123456789abcdef0" };
  expect((await read(values)).monitoring).toBe(false);
  await expect(read({ ...values, monitoring: "true" })).rejects.toThrow(
    `one image cannot serve both "t3.small" and "t4g.micro"`,
  );
});

test.each([
  ["t4g.micro", "arm64"],
  ["m7gd.large", "arm64"],
  ["c6gn.medium", "arm64"],
  ["g5g.xlarge", "arm64"],
  ["a1.medium", "arm64"],
  ["t3.micro", "x64"],
  ["g5.xlarge", "x64"],
  ["m7i-flex.large", "x64"],
])("an instance of type %s has a processor of %s", (type, architecture) => {
  expect(architectureOf(type)).toBe(architecture);
});

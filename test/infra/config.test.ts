import { expect, test } from "vitest";
import { architectureOf, createSettings } from "../../infra/config.ts";
import { type Setting, settings } from "../../infra/settings.ts";
import { createStackConfig } from "../support/pulumi-project.ts";

function read(values: Record<string, string> = {}, project = "tripod") {
  return createSettings(createStackConfig(project, values), project);
}

test("the project's defaults are three small hosts that nobody administers", () => {
  expect(read()).toEqual({
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
    redisVolume: 1,
    restoreSnapshot: undefined,
    hourlySnapshots: 24,
    dailySnapshots: 7,
    finalSnapshot: true,
    monitorVolumeGiB: 20,
    amiId: undefined,
    refreshAmi: false,
    passwordVersion: 1,
  });
});

test("every setting has a one-line meaning", () => {
  const declared = Object.entries<Setting>(settings);
  expect(declared.length).toBeGreaterThan(10);
  for (const [name, { meaning }] of declared) {
    expect([name, meaning]).toEqual([name, expect.stringMatching(/^[A-Z][^\n]{20,110}\.$/)]);
  }
});

test("one message names every problem", () => {
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
  expect(() => read(values)).toThrowErrorMatchingInlineSnapshot(`
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

test("a setting that nobody reads is an error, which tells the nearest one", () => {
  expect(() =>
    read({
      workercount: "3",
      "tripd:monitoring": "true",
      "aws:region": "eu-west-1",
      "tls:proxy": "x",
    }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [Error: the stack's configuration is not usable:
      tripod:workercount: no such setting, expected one such as tripod:workerCount
      tripd:monitoring: no such setting, expected one such as tripod:monitoring]
  `);
});

test("under another project's name, settings are read by that name and by tripod's", () => {
  expect(read({ "tripod:monitoring": "true", workerCount: "3" }, "mail")).toMatchObject({
    monitoring: true,
    workerCount: 3,
    egress: "public-ip",
  });
});

test("a problem is told by the key that somebody wrote", () => {
  const values = {
    "tripod:workerCount": "many",
    egress: "private",
    "tripod:environment": '{"LOG_LEVEL":"loud"}',
    "tripod:workercount": "3",
    "mial:monitoring": "true",
  };
  expect(() => read(values, "mail")).toThrowErrorMatchingInlineSnapshot(`
    [Error: the stack's configuration is not usable:
      tripod:workercount: no such setting, expected one such as tripod:workerCount
      mial:monitoring: no such setting, expected one such as mail:monitoring
      mail:egress: expected "public-ip", "nat-instance" or "nat-gateway", got "private"
      tripod:workerCount: expected a whole number from 0 to 20, got "many"
      tripod:environment.LOG_LEVEL: expected "trace", "debug", "info", "warn", "error", "fatal" or "silent", got "loud"]
  `);
});

test.each(["aws-jobs", "SSM"])("a project may not be called %s, as SSM has it", (project) => {
  expect(() => read({}, project)).toThrow(
    `the project is called "${project}": expected a name that does not begin with aws or ssm`,
  );
});

test("a setting that is written twice must have one value", () => {
  const values = { workerCount: "3", "tripod:workerCount": "3" };
  expect(read(values, "mail").workerCount).toBe(3);
  // A default's value is as binding as any other.
  expect(() => read({ ...values, monitoring: "false", "tripod:monitoring": "true" }, "mail"))
    .toThrowErrorMatchingInlineSnapshot(`
    [Error: the stack's configuration is not usable:
      mail:monitoring: expected the value of tripod:monitoring, got another; "pulumi config rm tripod:monitoring" leaves this one]
  `);
});

test.each(["10.0.0.0/8", "198.51.100.7/32", "198.51.100.0/24"])(
  "the administrator's network %j is accepted",
  (adminCidr) => {
    expect(read({ adminCidr }).adminCidr).toBe(adminCidr);
  },
);

test.each([
  "0.0.0.0/0",
  "10.0.0.0/7",
  "198.51.100.7",
  "198.51.100.7/24",
  "198.51.100.256/32",
  "::/0",
  "198.51.100.7/33",
])("the administrator's network %j is refused", (adminCidr) => {
  expect(() => read({ adminCidr })).toThrow("tripod:adminCidr: expected an IPv4 network");
});

test("producer and worker of two architectures are refused, for they share a release", () => {
  expect(() => read({ workerInstanceType: "t3.micro" })).toThrow(
    `"t3.micro" must be of the architecture of "t4g.micro"`,
  );
});

test("one pinned image for two architectures is refused", () => {
  const values = { redisInstanceType: "t3.micro", amiId: "ami-0123456789abcdef0" };
  expect(() => read(values)).toThrow(`one image cannot serve both`);
});

test("a monitor of another architecture is refused one pinned image, and only where there is one", () => {
  const values = { monitorInstanceType: "t3.small", amiId: "ami-0123456789abcdef0" };
  expect(read(values).monitoring).toBe(false);
  expect(() => read({ ...values, monitoring: "true" })).toThrow(
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

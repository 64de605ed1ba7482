import { RunError } from "@pulumi/pulumi";
import { z } from "zod";
import { variables } from "../src/contract/environment.ts";
import { type Host, hosts } from "../src/contract/topology.ts";
import { createTextSchema, createValueSchema } from "../src/service/environment.ts";
import { environmentSchema } from "./environment.ts";
import { createHosts } from "./flows.ts";
import { type StackConfig, collectSettings } from "./setting-names.ts";
import type { SettingName } from "./settings.ts";

/** As npm, the release and the machine images' names call it. */
export type Architecture = "arm64" | "x64";

const flag = createValueSchema({ kind: "flag" });
const integer = (min: number, max: number) => createValueSchema({ kind: "integer", min, max });
const choice = <const C extends readonly string[]>(...choices: C) =>
  createValueSchema({ kind: "choice", choices });
const optional = (absent: string, expected: string, isExpected: (text: string) => boolean) =>
  createTextSchema(
    `${expected}, or "${absent}"`,
    (text) => text === absent || isExpected(text),
  ).transform((text) => (text === absent ? undefined : text));
const instanceType = createTextSchema(`an instance type such as "t4g.micro"`, (text) =>
  /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(text),
);

/** What each setting may be. */
const schema = z.object({
  /** Without one, nobody reaches SSH and Bull Board. */
  adminCidr: optional(
    "none",
    `an IPv4 network such as "198.51.100.7/32", /8 at the widest`,
    isNetwork,
  ),
  sshPublicKey: optional("none", "an OpenSSH public key", (text) =>
    /^(ssh|ecdsa)-\S+ \S+/.test(text),
  ),
  /** How redis and worker reach the internet. */
  egress: choice("public-ip", "nat-instance", "nat-gateway"),
  monitoring: flag,
  ...(Object.fromEntries(hosts.map((host) => [`${host}InstanceType`, instanceType])) as Record<
    `${Host}InstanceType`,
    typeof instanceType
  >),
  workerCount: integer(0, 20),
  workerConcurrency: createValueSchema(variables.WORKER_CONCURRENCY.value),
  /** Further variables of the services. */
  environment: environmentSchema,
  redisFsync: choice("always", "everysec"),
  redisVolumeGiB: integer(4, 1024),
  redisVolume: integer(1, 100),
  restoreSnapshot: optional("none", "a snapshot's id", (text) =>
    /^snap-[0-9a-f]{8,17}$/.test(text),
  ),
  /** AWS keeps 1,000 of a schedule at most. */
  hourlySnapshots: integer(0, 1_000),
  dailySnapshots: integer(0, 1_000),
  finalSnapshot: flag,
  monitorVolumeGiB: integer(8, 1024),
  /** Without one, the newest Debian 13. */
  amiId: optional("latest", "an image id", (text) => /^ami-[0-9a-f]{8,17}$/.test(text)),
  refreshAmi: flag,
  passwordVersion: integer(1, 1_000_000),
} satisfies Record<SettingName, z.ZodType>);

export type Settings = Readonly<z.infer<typeof schema>>;

/**
 * Reads the stack's configuration, whose keys have the project's name before them, or `tripod`. Throws
 * one error that lists every problem, of which Pulumi shows no more than that.
 */
export function createSettings(config: StackConfig, project: string): Settings {
  const { values, keyOf, problems: unread } = collectSettings(config, project);
  const { data, error } = schema.superRefine(refuseContradictions).safeParse(values);
  const problems = [
    ...findReserved(project),
    ...unread,
    ...(error?.issues ?? []).map(({ path: [name, ...inner], message }) =>
      [[keyOf(name as SettingName), ...inner].join("."), message].join(": "),
    ),
  ];
  if (data !== undefined && problems.length === 0) return data;
  throw new RunError(`the stack's configuration is not usable:\n  ${problems.join("\n  ")}`);
}

/** Passwords are kept in SSM below the project's name, which AWS does not let begin with these. */
function findReserved(project: string): string[] {
  if (!/^(aws|ssm)/i.test(project)) return [];
  return [
    `the project is called "${project}": expected a name that does not begin with aws or ssm`,
  ];
}

/** The processor architecture of an EC2 instance type: AWS marks its own processors with a `g`. */
export function architectureOf(type: string): Architecture {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(type) ? "arm64" : "x64";
}

function refuseContradictions(settings: Settings, context: z.RefinementCtx): void {
  const refuse = (key: keyof Settings, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  const { producerInstanceType: producer, workerInstanceType: worker, amiId } = settings;
  if (architectureOf(producer) !== architectureOf(worker)) {
    refuse(
      "workerInstanceType",
      `producer and worker share a release, so "${worker}" must be of the architecture of "${producer}"`,
    );
  }
  if (amiId !== undefined) {
    const odd = createHosts({ monitor: settings.monitoring })
      .map((host) => settings[`${host}InstanceType`])
      .find((each) => architectureOf(each) !== architectureOf(producer));
    if (odd !== undefined)
      refuse("amiId", `one image cannot serve both "${odd}" and "${producer}"`);
  }
}

/**
 * AWS refuses a network whose host bits are set; a prefix shorter than /8 is a large part of the
 * internet rather than an administrator's network.
 */
function isNetwork(text: string): boolean {
  if (!z.cidrv4().safeParse(text).success) return false;
  const [address = "", bits = ""] = text.split("/");
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return Number(bits) >= 8 && number % 2 ** (32 - Number(bits)) === 0;
}

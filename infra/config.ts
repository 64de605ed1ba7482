/** How redis and worker reach the internet. */
const egressModes = ["public-ip", "nat-instance", "nat-gateway"] as const;

const fsyncPolicies = ["always", "everysec"] as const;

/** As npm, the release and the machine images' names call it. */
export type Architecture = "arm64" | "x64";

export interface Settings {
  /** `undefined`: nobody reaches SSH and Bull Board. */
  readonly adminCidr: string | undefined;
  readonly sshPublicKey: string | undefined;
  readonly egress: (typeof egressModes)[number];
  readonly monitoring: boolean;
  readonly instanceTypes: {
    readonly redis: string;
    readonly producer: string;
    readonly worker: string;
    readonly monitor: string;
  };
  readonly workerCount: number;
  readonly workerConcurrency: number;
  readonly redisFsync: (typeof fsyncPolicies)[number];
  readonly redisVolumeGiB: number;
  readonly monitorVolumeGiB: number;
  /** `undefined`: the newest Debian 13. */
  readonly amiId: string | undefined;
  readonly refreshAmi: boolean;
  readonly passwordVersion: number;
}

/** What `pulumi config` and the defaults of `Pulumi.yaml` hold, by key. */
export type ConfigValues = (key: string) => string | undefined;

/** Reads the stack's configuration; throws one error that lists every problem. */
export function createSettings(read: ConfigValues): Settings {
  const problems: string[] = [];

  /** `placeholder` only stands in until the error is thrown. */
  function value<T>(
    key: string,
    expected: string,
    parse: (text: string) => T | undefined,
    placeholder: T,
  ): T {
    const text = read(key);
    const parsed = text === undefined ? undefined : parse(text);
    if (parsed === undefined) {
      const got = text === undefined ? "nothing" : `"${text}"`;
      problems.push(`tripod:${key}: expected ${expected}, got ${got}`);
    }
    return parsed ?? placeholder;
  }
  const optional = (
    key: string,
    absent: string,
    expected: string,
    accepts: (text: string) => boolean,
  ) =>
    value<{ text?: string }>(
      key,
      `${expected}, or "${absent}"`,
      (text) => (text === absent ? {} : accepts(text) ? { text } : undefined),
      {},
    ).text;
  const oneOf = <T extends string>(key: string, choices: readonly [T, ...T[]]) =>
    value(
      key,
      choices.map((choice) => `"${choice}"`).join(" or "),
      (text) => choices.find((choice) => choice === text),
      choices[0],
    );
  const flag = (key: string) => oneOf(key, ["true", "false"]) === "true";
  const integer = (key: string, least: number, most: number) =>
    value(
      key,
      `a whole number from ${least} to ${most}`,
      (text) => {
        const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
        return number >= least && number <= most ? number : undefined;
      },
      least,
    );
  const instanceType = (host: string) =>
    value(
      `${host}InstanceType`,
      `an instance type such as "t4g.micro"`,
      (text) => (/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(text) ? text : undefined),
      "",
    );

  const settings: Settings = {
    adminCidr: optional(
      "adminCidr",
      "none",
      `an IPv4 network such as "198.51.100.7/32", /8 at the widest`,
      isNetwork,
    ),
    sshPublicKey: optional("sshPublicKey", "none", "an OpenSSH public key", (text) =>
      /^(ssh|ecdsa)-\S+ \S+/.test(text),
    ),
    egress: oneOf("egress", egressModes),
    monitoring: flag("monitoring"),
    instanceTypes: {
      redis: instanceType("redis"),
      producer: instanceType("producer"),
      worker: instanceType("worker"),
      monitor: instanceType("monitor"),
    },
    workerCount: integer("workerCount", 0, 20),
    workerConcurrency: integer("workerConcurrency", 1, 1000),
    redisFsync: oneOf("redisFsync", fsyncPolicies),
    redisVolumeGiB: integer("redisVolumeGiB", 4, 1024),
    monitorVolumeGiB: integer("monitorVolumeGiB", 8, 1024),
    amiId: optional("amiId", "latest", "an image id", (text) => /^ami-[0-9a-f]{8,17}$/.test(text)),
    refreshAmi: flag("refreshAmi"),
    passwordVersion: integer("passwordVersion", 1, 1_000_000),
  };
  if (problems.length === 0) problems.push(...contradictions(settings));
  if (problems.length > 0) {
    throw new Error(`the stack's configuration is not usable:\n  ${problems.join("\n  ")}`);
  }
  return settings;
}

/** The processor architecture of an EC2 instance type: AWS marks its own processors with a `g`. */
export function architectureOf(instanceType: string): Architecture {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(instanceType) ? "arm64" : "x64";
}

function contradictions({ instanceTypes, monitoring, amiId }: Settings): string[] {
  const { redis, producer, worker, monitor } = instanceTypes;
  const problems: string[] = [];
  if (architectureOf(producer) !== architectureOf(worker)) {
    problems.push(
      `tripod:workerInstanceType: producer and worker share a release, so "${worker}" must be of the architecture of "${producer}"`,
    );
  }
  if (amiId !== undefined) {
    const others = monitoring ? [redis, monitor] : [redis];
    const odd = others.find((type) => architectureOf(type) !== architectureOf(producer));
    if (odd !== undefined) {
      problems.push(`tripod:amiId: one image cannot serve both "${odd}" and "${producer}"`);
    }
  }
  return problems;
}

/**
 * AWS refuses a network whose host bits are set; a prefix shorter than /8 is a large part of the
 * internet rather than an administrator's network.
 */
function isNetwork(text: string): boolean {
  const [, address = "", bits = ""] = /^((?:\d{1,3}\.){3}\d{1,3})\/(\d{1,2})$/.exec(text) ?? [];
  const octets = address.split(".").map(Number);
  const prefix = Number(bits);
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return (
    address !== "" &&
    octets.every((octet) => octet <= 255) &&
    prefix >= 8 &&
    prefix <= 32 &&
    number % 2 ** (32 - prefix) === 0
  );
}

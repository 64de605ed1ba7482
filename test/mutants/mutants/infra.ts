import type { Mutant } from "../mutant.ts";

export const infraMutants: readonly Mutant[] = [
  {
    name: "a worker host may start no more processes than ten jobs need",
    change: {
      file: "infra/boot/service-host.ts",
      from: "tasksPerJob * concurrency",
      to: "tasksPerJob * Math.min(10, concurrency)",
    },
    caughtBy: {
      file: "test/infra/service-host.test.ts",
      test: "a worker's unit has room for a process of eleven threads",
    },
  },
  {
    name: "the services may list and empty all of Redis",
    change: {
      file: "infra/boot/redis-users.ts",
      from: "zrandmember memory|usage",
      to: "zrandmember memory|usage scan flushall",
    },
    caughtBy: {
      file: "test/infra/redis-users.test.ts",
      test: "Redis refuses a",
    },
  },
  {
    name: "the worker may read the secret that ids are made with",
    change: {
      file: "infra/boot/redis-users.ts",
      from: "    keys: [queueKeys],",
      to: "    keys: [queueKeys, `{${keyTags.deployment}}:id-secret`],",
    },
    caughtBy: {
      file: "test/infra/redis-users.test.ts",
      test: "only a producer may see the secret",
    },
  },
  {
    name: "everysec claimed as always, on EC2",
    change: {
      file: "infra/boot/redis-host.ts",
      from: "appendfsync ${fsync}",
      to: "appendfsync everysec",
    },
    caughtBy: { file: "test/infra/redis-host.test.ts", test: "Redis keeps every job on disk" },
  },
  {
    name: "the log gate lets everything through to Loki",
    change: {
      file: "infra/boot/log-gate.ts",
      from: "return 403;",
      to: "proxy_pass http://127.0.0.1:3100;",
    },
    caughtBy: {
      file: "test/infra/log-gate.test.ts",
      test: "refuses to read, delete, set",
    },
  },
  {
    name: "any key that is published for Grafana's repository is taken",
    change: {
      file: "infra/boot/grafana-repository.ts",
      from: "!= ${grafanaKeyFingerprint} ]",
      to: '= "" ]',
    },
    caughtBy: {
      file: "test/infra/boot.test.ts",
      test: "stays unknown where",
    },
  },
  {
    name: "journald decides how many lines a unit may write",
    change: { file: "infra/boot/system-files.ts", from: "RateLimitBurst=10000\n", to: "" },
    caughtBy: { file: "test/infra/system-files.test.ts", test: "every host's journal has a bound" },
  },
  {
    name: "Redis may call anybody that its host may call",
    change: { file: "infra/boot/redis-host.ts", from: "    ...withinNetwork,\n", to: "" },
    caughtBy: {
      file: "test/infra/redis-host.test.ts",
      test: "Redis speaks with its own network alone",
    },
  },
  {
    name: "an overwritten release is gone",
    change: {
      file: "infra/release/bucket.ts",
      from: 'versioningConfiguration: { status: "Enabled" }',
      to: 'versioningConfiguration: { status: "Suspended" }',
    },
    caughtBy: { file: "test/infra/best-practices.test.ts", test: "S3.10, S3.13, S3.14" },
  },
];

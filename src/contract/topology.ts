/** Who runs where, on which port, and who may call it. Infra, services, dashboards and tests read this. */

/** The hosts of a deployment; `monitor` exists only where `tripod:monitoring` is on. */
export const hosts = ["redis", "producer", "worker", "monitor"] as const;
export type Host = (typeof hosts)[number];

/** Callers that are no host of ours: anyone at all, and the administrator's network. */
export const outsiders = ["internet", "administrator"] as const;
export type Caller = Host | (typeof outsiders)[number];

export interface Endpoint {
  readonly host: Host;
  /** TCP port on its own EC2 instance. */
  readonly port: number;
  /** TCP port when everything runs on one machine; `undefined` where any free port will do. */
  readonly localPort: number | undefined;
  /** The firewall lets these in and drops everyone else. */
  readonly callers: readonly Caller[];
  readonly purpose: string;
}

function topology<const S extends Readonly<Record<string, Endpoint>>>(declared: S): S {
  return declared;
}

export const endpoints = topology({
  redis: {
    host: "redis",
    port: 6379,
    localPort: undefined,
    callers: ["producer", "worker", "monitor"],
    purpose: "the broker: every job lives here",
  },
  public: {
    host: "producer",
    port: 80,
    localPort: 8080,
    callers: ["internet"],
    purpose: "task form, status pages and JSON API",
  },
  board: {
    host: "producer",
    port: 8081,
    localPort: 8081,
    callers: ["administrator"],
    purpose: "Bull Board, behind a login",
  },
  "producer-metrics": {
    host: "producer",
    port: 9464,
    localPort: 9465,
    callers: ["monitor", "administrator"],
    purpose: "the producer's /metrics, and why it is not ready",
  },
  "worker-metrics": {
    host: "worker",
    port: 9464,
    localPort: 9464,
    callers: ["monitor"],
    purpose: "the worker's /metrics, /healthz and /readyz",
  },
  traces: {
    host: "monitor",
    port: 4318,
    localPort: undefined,
    callers: ["producer", "worker"],
    purpose: "traces over OTLP, into Tempo",
  },
  logs: {
    host: "monitor",
    port: 3100,
    localPort: undefined,
    callers: ["producer", "worker"],
    purpose: "logs over OTLP, into Loki",
  },
  grafana: {
    host: "monitor",
    port: 3000,
    localPort: undefined,
    callers: ["administrator"],
    purpose: "Grafana, behind a login",
  },
  "redis-node-metrics": nodeMetrics("redis"),
  "producer-node-metrics": nodeMetrics("producer"),
  "worker-node-metrics": nodeMetrics("worker"),
  "redis-ssh": ssh("redis"),
  "producer-ssh": ssh("producer"),
  "worker-ssh": ssh("worker"),
  "monitor-ssh": ssh("monitor"),
});

function nodeMetrics<H extends Host>(host: H) {
  return {
    host,
    port: 9100,
    localPort: undefined,
    callers: ["monitor"],
    purpose: `memory, disks and processors of the ${host} host`,
  } as const;
}

function ssh<H extends Host>(host: H) {
  return {
    host,
    port: 22,
    localPort: undefined,
    callers: ["administrator"],
    purpose: `a shell on the ${host} host`,
  } as const;
}

/** TCP ports that hosts call outside the VPC: a firewall knows neither names nor AWS's addresses. */
export const outboundPorts = [80, 443] as const;

/** What each host calls there. */
export const outboundPurposes: Readonly<Record<Host, string>> = {
  redis: "Debian's mirrors: Redis at the first boot, security upgrades later",
  producer: "Debian's mirrors, S3 and SSM of AWS",
  worker: "Debian's mirrors, S3 and SSM of AWS, and what tasks call",
  monitor: "Debian's and Grafana's mirrors, S3, SSM and EC2 of AWS",
};

/** Addresses of a deployment; those that others are told are fixed, so that a successor is found again. */
export const network = {
  vpc: "10.0.0.0/16",
  /** The subnet that the internet reaches. */
  front: "10.0.0.0/24",
  /** The subnet of redis and worker, which nobody outside but the administrator calls. */
  back: "10.0.1.0/24",
  redisAddress: "10.0.1.10",
  monitorAddress: "10.0.0.30",
} as const;

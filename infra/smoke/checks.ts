import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../src/contract/paths.ts";
import { endpoints } from "../../src/contract/topology.ts";
import type { Deployment } from "./deployment.ts";

export interface Check {
  readonly promise: string;
  /** What is wrong, and where to look, in words for a newcomer; `undefined` when all is well. */
  run(): Promise<string | undefined>;
}

type Page = Pick<Deployment, "host" | "port" | "knock" | "get">;

/** What must hold before anything else can be asked of a deployment, from the outside in. */
export function createBasis(deployment: Deployment): Check[] {
  const { host, port } = deployment;
  return [
    check(`the name "${host}" is known`, async () =>
      deployment.findAddress().then(
        () => undefined,
        () =>
          `nobody knows the name "${host}": is it spelt right? A new DNS record takes some minutes to spread`,
      ),
    ),
    check(`port ${port} is open`, async () => {
      const answer = await deployment.knock(host, port);
      if (answer === "open") return undefined;
      return answer === "silent"
        ? `port ${port} of ${host} is silent: its security group does not let you in, or the host is off`
        : `${host} is up, but nothing listens on port ${port}: the producer does not run; "journalctl -u tripod-producer" on its host says why`;
    }),
    check("the producer is alive", async () => {
      const { status } = await deployment.get(paths.health);
      return status === 200
        ? undefined
        : `something answers on port ${port}, but not as Tripod's producer would (HTTP ${status} for ${paths.health})`;
    }),
    check("the producer works with Redis", async () => {
      if (await becomesReady(deployment)) return undefined;
      return deployment.readReasons().then(explainUnready, () => whereToAsk);
    }),
    check("the producer tells which tasks it has", async () =>
      deployment.readTasks().then(
        () => undefined,
        ({ message }: Error) =>
          `${paths.openapi} is not what this release's producer would say: ${message}`,
      ),
    ),
  ];
}

/**
 * What else a deployment promises a user; `redisHost` must not answer from here. `board` is given by
 * the administrator, whom Bull Board must let in as far as its login, and `grafana` where there is one.
 */
export function createChecks(
  deployment: Deployment,
  redisHost: string,
  {
    board,
    grafana,
  }: { readonly board?: Page | undefined; readonly grafana?: Page | undefined } = {},
): Check[] {
  const { host } = deployment;
  return [
    check("the form is there, with its security headers", async () => {
      const { status, headers, text } = await deployment.get(paths.form);
      if (status !== 200 || !text.includes("<form")) {
        return `${paths.form} is no form (HTTP ${status}): is this the release you meant to deploy?`;
      }
      const names = ["content-security-policy", "x-content-type-options", "referrer-policy"];
      const missing = names.filter((name) => !headers.has(name));
      return missing.length === 0
        ? undefined
        : `the form comes without ${missing.join(", ")}: does a proxy in front remove headers?`;
    }),
    board === undefined
      ? closed(deployment, "Bull Board", host, endpoints.board.port)
      : check("Bull Board asks you for its login", async () => explainBoard(board)),
    ...(board === undefined
      ? [closed(deployment, "the metrics endpoint", host, endpoints["producer-metrics"].port)]
      : []),
    closed(deployment, "Redis", redisHost, endpoints.redis.port),
    ...(grafana === undefined
      ? []
      : [check("Grafana is alive", async () => explainGrafana(grafana))]),
  ];
}

async function explainBoard({ host, port, knock, get }: Page): Promise<string | undefined> {
  if ((await knock(host, port)) !== "open") {
    return `port ${port} of ${host} does not let you in: are you at tripod:adminCidr?`;
  }
  const { status } = await get("/");
  return status === 401 ? undefined : `Bull Board shows itself without a login (HTTP ${status})`;
}

async function explainGrafana({ host, port, knock, get }: Page): Promise<string | undefined> {
  const answer = await knock(host, port);
  if (answer === "silent") {
    return `port ${port} of ${host} is silent: only tripod:adminCidr may reach Grafana, so either you are not there or the monitor host is off`;
  }
  if (answer === "refused") {
    return `${host} is up, but nothing listens on port ${port}: "journalctl -u grafana-server" on the monitor host says why`;
  }
  const { status, text } = await get("/api/health");
  return status === 200 ? undefined : `Grafana is not well (HTTP ${status}): ${text}`;
}

function check(promise: string, run: Check["run"]): Check {
  return { promise, run };
}

function closed(deployment: Deployment, what: string, host: string, port: number): Check {
  return check(`${what} is closed to you`, async () =>
    (await deployment.knock(host, port)) === "open"
      ? `${what} answers you on port ${port} of ${host}: unless you are the administrator (--administrator), a security group lets in too many`
      : undefined,
  );
}

/** The public is not told: the reasons name what is behind the producer. */
const whereToAsk =
  `the producer runs, but cannot work with Redis; on its host "curl -s localhost:${endpoints["producer-metrics"].port}${paths.readiness}" says why: ` +
  "WRONGPASS or NOAUTH: the hosts come from different passwords, raise tripod:passwordVersion and deploy again; " +
  '"has used": Redis is full, give its host more memory; "draining": it is shutting down, try again in a minute; ' +
  'anything else: Redis is stopped, or its security group does not let the producer in, "journalctl -u redis-server" on its host says more';

/** A host that is busy for a moment may miss the half second that a service gives Redis. */
async function becomesReady(deployment: Deployment, asked = 3): Promise<boolean> {
  const { status } = await deployment.get(paths.readiness);
  if (status === 200 || asked === 1) return status === 200;
  await sleep(1_000);
  return becomesReady(deployment, asked - 1);
}

function explainUnready(text: string): string {
  if (/WRONGPASS|NOAUTH/.test(text)) {
    return `the producer runs, but Redis refuses its password: the hosts come from different passwords; raise tripod:passwordVersion and deploy again (${text})`;
  }
  if (/draining/.test(text)) return "the producer is shutting down: try again in a minute";
  if (/has used/.test(text)) return `Redis is full: give its host more memory (${text})`;
  return `the producer runs, but does not reach Redis: Redis is stopped, or its security group does not let the producer in; "journalctl -u redis-server" on its host says more (${text})`;
}

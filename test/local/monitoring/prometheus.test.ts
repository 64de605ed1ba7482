import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { checkPorts } from "../../../src/local/ports.ts";
import { reservePort } from "../../support/ports.ts";
import { submitDivision, untilFinal } from "../../support/client.ts";
import { type Launcher, startLauncher } from "../../support/launcher.ts";
import { descendantsOf, stillRunning } from "../../support/process-tree.ts";
import { until } from "../../support/until.ts";

/** The shipped configuration looks every 15 s. */
const scrapeMs = 60_000;

test("watches what it starts with the shipped rules, wherever that listens, until Ctrl-C", async () => {
  const { launcher, url, port } = await startMonitored();
  const output = await launcher.untilOutput("Ctrl-C drains");
  expect(output).toContain(`\nPrometheus        ${url}/\n`);
  const started = descendantsOf(launcher.child.pid);
  expect(started).toHaveLength(6);

  const { ports } = launcher;
  const up = await until(
    "every target to be up",
    async () => {
      const found = await query(url, "up == 1");
      return found.length === 4 && found;
    },
    scrapeMs,
  );
  expect(Object.fromEntries(up.map(({ job, public_url: page }) => [job, page]))).toEqual({
    node: undefined,
    redis: undefined,
    "taskqueue-producer": `http://localhost:${ports.public}`,
    "taskqueue-worker": undefined,
  });
  expect(await query(url, "redis_up == 1")).toHaveLength(1);
  expect(await query(url, "node_filesystem_size_bytes > 0")).not.toEqual([]);
  const firing = await until(
    "the rules' first run",
    async () => (await ask(url, "alerts?")).alerts.find(isWatchdog),
    scrapeMs,
  );
  expect(firing.annotations["dashboard_url"]).toMatch(/^http:\/\/localhost:3000\/d\//);

  launcher.child.kill("SIGINT");
  expect(await launcher.ended).toBe(0);
  expect(stillRunning(started)).toEqual([]);
  const wanted = [{ port, purpose: "", variable: "" }];
  await expect(checkPorts(wanted, "127.0.0.1")).resolves.toBeUndefined();
});

test("takes Prometheus with it when it is killed", async () => {
  const { launcher, url } = await startMonitored();
  await launcher.untilOutput("Ctrl-C drains");
  await until("Prometheus", async () => (await fetch(`${url}/-/ready`)).ok);
  const started = descendantsOf(launcher.child.pid);
  launcher.child.kill("SIGKILL");
  await until("all to be gone", () => stillRunning(started).length === 0);
  expect(started).toHaveLength(6);
});

test("runs without Prometheus where its port is taken, and says so", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { launcher } = await startMonitored(port);
  const output = await launcher.untilOutput("Ctrl-C drains");
  expect(output).toContain(
    `tripod   | prometheus is not started: port ${port} (prometheus) is taken; PROMETHEUS_PORT chooses another\n`,
  );
  expect([output.includes("Prometheus   "), descendantsOf(launcher.child.pid).length]).toEqual([
    false,
    3,
  ]);
  const { id } = await submitDivision(launcher.url, { x: 10, y: 2 });
  expect(await untilFinal(launcher.url, id)).toMatchObject({ status: "succeeded" });
});

async function startMonitored(
  given?: number,
): Promise<{ launcher: Launcher; port: number; url: string }> {
  const port = given ?? (await reservePort());
  const env = { MONITORING: "true", PROMETHEUS_PORT: String(port) };
  return { launcher: await startLauncher({ env }), port, url: `http://localhost:${port}` };
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Answer {
  readonly result: readonly { metric: Readonly<Record<string, string>> }[];
  readonly alerts: readonly Alert[];
}

/** Labels of the series that the query gives now. */
async function query(url: string, text: string) {
  const { result } = await ask(url, `query?query=${encodeURIComponent(text)}`);
  return result.map(({ metric }) => metric);
}

async function ask(url: string, path: string): Promise<Answer> {
  const { data } = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: Answer };
  return data;
}

function isWatchdog({ labels }: Alert): boolean {
  return labels["alertname"] === "Watchdog";
}

import { expect, test } from "vitest";
import { createGrafanaChecks } from "../../../infra/smoke/grafana-checks.ts";
import type { Job } from "../../../infra/smoke/deployment.ts";

const tasks = [
  { name: "repeat", schema: {}, examples: [] },
  { name: "quotient", schema: {}, examples: [{ input: { x: 1, y: 1 }, outcome: { result: 1 } }] },
];
const id = "evx55v52neosn2z2g6vg6nazoy";

type Reply = readonly [status: number, text: string];

/** What is said where Grafana answers so, by a part of the path; each list in turn, its last for ever. */
async function checkGrafana(
  replies: Readonly<Record<string, Reply | readonly Reply[]>>,
  job: Job = { id, status: "succeeded" },
) {
  const asked: string[] = [];
  const ask = async (path: string) => {
    const [part = "", given = [404, ""]] =
      [...Object.entries(replies), ...Object.entries(well)].find(([key]) => path.includes(key)) ??
      [];
    const list = (Array.isArray(given[0]) ? given : [given]) as readonly Reply[];
    const [status, text] = list[Math.min(count(part), list.length - 1)] ?? [404, ""];
    asked.push(part);
    return { status, headers: new Headers(), text };
  };
  const count = (part: string) => asked.filter((one) => one === part).length;
  const checks = createGrafanaChecks(ask, { run: async () => job }, tasks, 700);
  return Promise.all(checks.map(async (check) => [check.promise, (await check.run()) ?? "ok"]));
}

const healthy: Reply = [200, `{"message":"Successfully queried","status":"OK"}`];
const noLines: Reply = [200, `{"status":"success","data":{"resultType":"streams","result":[]}}`];
const oneLine: Reply = [
  200,
  `{"status":"success","data":{"resultType":"streams","result":[{"stream":{"job_id":"${id}"}}]}}`,
];
const well = {
  "/uid/prometheus/health": healthy,
  "/uid/tempo/health": healthy,
  "/uid/loki/health": healthy,
  [`query_range?since=1h&limit=1&query=%7Bservice_name%3D~%22taskqueue-producer%7Ctaskqueue-worker%22%7D%20%7C%20job_id%3D%22${id}%22`]:
    [noLines, oneLine],
};

test("a Grafana that is well reaches all, and finds a job's log once it has come", async () => {
  const plugin: Reply = [404, `{"messageId":"plugin.notImplemented","message":"Not implemented"}`];
  const without = {
    "/uid/tempo/health": plugin,
    "/proxy/uid/tempo/ready": [200, "ready"] as const,
  };
  for (const replies of [{}, without]) {
    expect(await checkGrafana(replies)).toEqual([
      ["Grafana can ask Prometheus", "ok"],
      ["Grafana can ask Tempo", "ok"],
      ["Grafana can ask Loki", "ok"],
      ["Grafana finds what a job has logged", "ok"],
    ]);
  }
});

test.each<[string, Record<string, Reply>, string, string]>([
  ["a wrong password", { health: [401, ""] }, "Grafana can ask Prometheus", "GRAFANA_PASSWORD"],
  [
    "a data source that was lost",
    { "/uid/tempo/health": [404, `{"message":"Plugin not found"}`] },
    "Grafana can ask Tempo",
    `"tempo" is not well (HTTP 404): {"message":"Plugin not found"}; on the monitor host "journalctl -u tempo`,
  ],
  [
    "a program that does not run",
    { "/uid/loki/health": [400, `{"message":"connection refused","status":"ERROR"}`] },
    "Grafana can ask Loki",
    "connection refused",
  ],
  [
    "a source that answers only to say that it fails",
    { "/uid/loki/health": [200, `{"message":"no labels","status":"ERROR"}`] },
    "Grafana can ask Loki",
    `"loki" is not well (HTTP 200): {"message":"no labels"`,
  ],
  [
    "a proxy that fails with what was once well",
    { "/uid/loki/health": [502, `{"message":"stale","status":"OK"}`] },
    "Grafana can ask Loki",
    `"loki" is not well (HTTP 502)`,
  ],
  [
    "a program that is not ready, behind a plugin without a check",
    {
      "/uid/tempo/health": [404, `{"messageId":"plugin.notImplemented"}`],
      "/proxy/uid/tempo/ready": [503, "Ingester not ready"],
    },
    "Grafana can ask Tempo",
    `"tempo" is not well (HTTP 503): Ingester not ready`,
  ],
  [
    "lines that do not arrive",
    { query_range: noLines },
    "Grafana finds what a job has logged",
    `no line of the job ${id} came within 0.7 s`,
  ],
])("%s is told", async (_, replies, promise, told) => {
  const answers = Object.fromEntries(await checkGrafana(replies));
  expect(answers[promise]).toContain(told);
});

test("a job that was not taken has no log, and that is told", async () => {
  const answers = await checkGrafana({}, { status: "refused", refusal: "HTTP 503" });
  expect(answers.at(-1)).toEqual([
    "Grafana finds what a job has logged",
    "no job was taken: HTTP 503",
  ]);
});

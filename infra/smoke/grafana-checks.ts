import { setTimeout as sleep } from "node:timers/promises";
import { type DataSourceName, dataSources } from "../../src/contract/data-sources.ts";
import { everyLine, logFields } from "../../src/contract/telemetry.ts";
import type { Check } from "./checks.ts";
import type { Answer, Deployment } from "./deployment.ts";
import type { OfferedTask } from "./offered-tasks.ts";

/** Grafana as its user `admin` has it; resolves with whatever it answers. */
export type AskGrafana = (path: string) => Promise<Answer>;

/** The services send their lines every few seconds, and Loki gives them at once. */
const logMs = 30_000;

/** Where each program of the monitor host says that it is ready. */
const readyPaths: Readonly<Record<DataSourceName, string>> = {
  prometheus: "-/ready",
  tempo: "ready",
  loki: "ready",
};

/** That Grafana can ask each of its data sources, and finds there what a job has logged. */
export function createGrafanaChecks(
  ask: AskGrafana,
  { run }: Pick<Deployment, "run">,
  tasks: readonly OfferedTask[],
  patienceMs = logMs,
): Check[] {
  const names = Object.keys(dataSources) as DataSourceName[];
  const runnable = tasks.flatMap(({ name, examples: [example] }) =>
    example === undefined ? [] : { task: name, input: example.input },
  );
  return [
    ...names.map((name) => ({
      promise: `Grafana can ask ${dataSources[name].name}`,
      run: () => explainSource(ask, name),
    })),
    ...runnable.slice(0, 1).map(({ task, input }) => ({
      promise: "Grafana finds what a job has logged",
      run: async () => {
        const { id, refusal } = await run(task, input);
        if (id === undefined) return `no job was taken: ${refusal}`;
        return (await findLine(ask, id, performance.now() + patienceMs))
          ? undefined
          : `no line of the job ${id} came within ${patienceMs / 1_000} s: "journalctl -u loki -u nginx" on the monitor host says whether any came, and the services' hosts where they are sent (/etc/tripod/service.env)`;
      },
    })),
  ];
}

async function explainSource(ask: AskGrafana, name: DataSourceName): Promise<string | undefined> {
  const { uid } = dataSources[name];
  const health = await ask(`/api/datasources/uid/${uid}/health`);
  if (health.status === 401 || health.status === 403) {
    return `Grafana refuses the password in GRAFANA_PASSWORD (HTTP ${health.status})`;
  }
  // Not every plugin of Grafana's has a check of its own: then what it would ask is asked.
  const isUnchecked = /not ?implemented/i.test(health.text);
  const { status, text } = isUnchecked
    ? await ask(`/api/datasources/proxy/uid/${uid}/${readyPaths[name]}`)
    : health;
  return status === 200 && (isUnchecked || /"status":\s*"OK"/.test(text))
    ? undefined
    : `Grafana's data source "${uid}" is not well (HTTP ${status}): ${text}; on the monitor host "journalctl -u ${name} -u grafana-server" says more`;
}

async function findLine(ask: AskGrafana, id: string, untilMs: number): Promise<boolean> {
  const query = encodeURIComponent(`${everyLine} | ${logFields.jobId}="${id}"`);
  const { uid } = dataSources.loki;
  const { text } = await ask(
    `/api/datasources/proxy/uid/${uid}/loki/api/v1/query_range?since=1h&limit=1&query=${query}`,
  );
  // Loki repeats the query nowhere in its answer, so the id is a line's.
  if (text.includes(id)) return true;
  if (performance.now() >= untilMs) return false;
  await sleep(500);
  return findLine(ask, id, untilMs);
}

import { expect, test } from "vitest";
import { readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { boardLogin, startProducer } from "../../support/producer.ts";
import { createTestTracing } from "../../support/tracing.ts";
import { startWorker } from "../../support/worker.ts";

test("a job's page links to the console, the trace and the logs where these are configured", async () => {
  const { url } = await startProducer({
    boardUrl: "https://board.example",
    grafanaUrl: "https://grafana.example/g",
  });
  const { id, trace_id: traceId } = await submitDivision(url, { x: 1, y: 1 });
  const links = await readOutsideLinks(`${url}/jobs/${id}`);
  const [trace, logs, board] = links.map((link) => new URL(link));
  expect([links.length, board?.href]).toEqual([3, `https://board.example/jobs/${id}`]);
  expect([trace, logs].map((link) => [`${link?.origin}${link?.pathname}`, queryOf(link)])).toEqual([
    [
      "https://grafana.example/g/explore",
      {
        refId: "A",
        datasource: { type: "tempo", uid: "tempo" },
        queryType: "traceql",
        query: traceId,
      },
    ],
    [
      "https://grafana.example/g/explore",
      {
        refId: "A",
        datasource: { type: "loki", uid: "loki" },
        queryType: "range",
        expr: `{service_name=~"taskqueue-producer|taskqueue-worker"} | job_id="${id}"`,
      },
    ],
  ]);
});

test("an attempt that failed links to its span", async () => {
  const { url, name } = await startProducer({ grafanaUrl: "https://grafana.example" });
  await startWorker(name, { tracing: createTestTracing() });
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const { history = [] } = await untilFinal(url, id);
  const [{ trace_id: traceId, span_id: spanId } = {}] = history;
  const links = await readOutsideLinks(`${url}/jobs/${id}`);
  const panes = links.map((link) => JSON.parse(new URL(link).searchParams.get("panes") ?? "").t);
  expect(panes).toContainEqual(
    expect.objectContaining({
      queries: [expect.objectContaining({ query: traceId })],
      panelsState: { trace: { spanId } },
    }),
  );
});

test("a job's page links nowhere else where nothing is configured", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  expect(await readOutsideLinks(`${url}/jobs/${id}`)).toEqual([]);
});

test("Bull Board links a job to its page, and a heartbeat to the overview", async () => {
  const board = await startProducer({ publicUrl: "https://tripod.example" });
  const { id } = await submitDivision(board.url, { x: 1, y: 1 });
  await board.queue.add("_heartbeat", {}, { jobId: "repeat:_heartbeat:1" });
  expect(await readBoardLinks(board)).toEqual([
    { displayText: "Overview", href: "https://tripod.example/overview" },
    { displayText: "Status page", href: `https://tripod.example/jobs/${id}` },
  ]);
});

test("Bull Board links a job nowhere where the public address is not configured", async () => {
  const board = await startProducer();
  await submitDivision(board.url, { x: 1, y: 1 });
  expect(await readBoardLinks(board)).toEqual([undefined]);
});

async function readOutsideLinks(url: string): Promise<string[]> {
  const page = await (await fetch(url)).text();
  return [...page.matchAll(/href="(https:[^"]+)"/g)].map(([, href = ""]) =>
    href.replaceAll("&amp;", "&"),
  );
}

function queryOf(link: URL | undefined): unknown {
  return JSON.parse(link?.searchParams.get("panes") ?? "{}").t.queries[0];
}

async function readBoardLinks({ boardUrl, name }: { boardUrl: string; name: string }) {
  const login = Buffer.from(`${boardLogin.user}:${boardLogin.password}`).toString("base64");
  const response = await fetch(`${boardUrl}/board/api/queues?activeQueue=${name}&status=waiting`, {
    headers: { authorization: `Basic ${login}` },
  });
  const { queues } = await readBody(response);
  return queues[0].jobs.map(({ externalUrl }: { externalUrl?: unknown }) => externalUrl);
}

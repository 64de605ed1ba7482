import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { renderOpenMetrics, renderText, type Snapshot } from "../../src/telemetry/exposition.ts";
import { chooseFormat } from "../../src/telemetry/metrics-format.ts";
import { startProducer } from "../support/producer.ts";

const plain = "text/plain; version=0.0.4; charset=utf-8";
const open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/** What Prometheus 3.5 sends (`acceptHeader` of its scrape.go, with the default protocols). */
const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
  "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4," +
  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

test.each([
  [undefined, plain],
  ["", plain],
  ["*/*", plain],
  ["text/*", plain],
  ["text/plain", plain],
  ["text/plain;version=0.0.4;q=0.5,application/json", plain],
  ["application/json", plain],
  ["application/openmetrics-text", open],
  ["application/openmetrics-text; version=1.0.0; charset=utf-8", open],
  ['APPLICATION/OpenMetrics-Text; VERSION="1.0.0"', open],
  ["application/openmetrics-text;version=0.0.1,text/plain;q=0.1", plain],
  ["application/openmetrics-text;version=1.0.0;q=0.1,text/plain;version=0.0.4", plain],
  ["application/openmetrics-text;q=0,*/*;q=0.1", plain],
  ["application/openmetrics-text;q=0", plain],
  [prometheus3, `${open}; escaping=allow-utf-8`],
  ["application/openmetrics-text;version=1.0.0;escaping=dots", `${open}; escaping=underscores`],
  [
    "text/plain;version=1.0.0;escaping=values",
    "text/plain; version=1.0.0; charset=utf-8; escaping=values",
  ],
  ["application/vnd.google.protobuf;encoding=delimited,text/plain;version=0.0.4;q=0.3", plain],
])("to a scraper that accepts %s goes %s", (accept, contentType) => {
  expect(chooseFormat(accept).contentType).toBe(contentType);
});

test("what one scraper accepts changes nothing for the next", async () => {
  const { metricsUrl } = await startProducer();
  const scrape = async (accept: string) => {
    const response = await fetch(`${metricsUrl}/metrics`, { headers: { accept } });
    const families = (await response.text()).match(/^# TYPE .*$|^\w+_total(?=[ {])|^# EOF$/gm);
    return { type: response.headers.get("content-type"), families };
  };
  const first = [await scrape("text/plain"), await scrape(prometheus3)];
  const again = [await scrape("text/plain"), await scrape(prometheus3)];
  expect(again).toEqual(first);
  expect(first[0]?.families).toContain("# TYPE taskqueue_log_lines_total counter");
  expect(first[0]?.families).not.toContain("# EOF");
  expect(first[1]?.families).toContain("# TYPE taskqueue_log_lines counter");
  expect(first[1]?.families?.at(-1)).toBe("# EOF");
});

test("all that a service tells is read by promtool without a complaint", async () => {
  const { metricsUrl } = await startProducer();
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const { stdout, stderr, status } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  expect([stdout, stderr, status]).toEqual(["", "", 0]);
});

test("who takes gzip gets it, and who does not gets none", async () => {
  const { metricsUrl } = await startProducer();
  const packed = await readBodyBytes(`${metricsUrl}/metrics`, { "accept-encoding": "gzip" });
  const bare = await readBodyBytes(`${metricsUrl}/metrics`, { "accept-encoding": "identity" });
  expect([packed.headers["content-encoding"], bare.headers["content-encoding"]]).toEqual([
    "gzip",
    undefined,
  ]);
  expect(packed.headers["vary"]).toBe("Accept, Accept-Encoding");
  expect(gunzipSync(packed.body).toString()).toContain("# TYPE taskqueue_log_lines_total counter");
  expect(packed.body.length * 4).toBeLessThan(bare.body.length);
});

const family = (rest: object) => ({ help: 'a "b"\\\n', aggregator: "sum", ...rest });

test("numbers, texts and exemplars are written as each format wants them", () => {
  const snapshot = [
    family({ name: "done", type: "counter", values: [{ value: 1, labels: { why: 'a"b\\\n' } }] }),
    family({
      name: "took_seconds",
      type: "histogram",
      values: [
        {
          metricName: "took_seconds_bucket",
          value: 2,
          labels: { le: "+Inf" },
          exemplar: { labelSet: { trace_id: "abc" }, value: 0.5, timestamp: 1.25 },
        },
      ],
    }),
    family({
      name: "odd",
      type: "gauge",
      values: [Number.NaN, Infinity, -Infinity].map((value) => ({ value, labels: {} })),
    }),
  ] as unknown as Snapshot;
  expect(renderText(snapshot)).toBe(
    [
      String.raw`# HELP done_total a "b"\\\n`,
      "# TYPE done_total counter",
      String.raw`done_total{why="a\"b\\\n"} 1`,
      String.raw`# HELP took_seconds a "b"\\\n`,
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{le="+Inf"} 2',
      String.raw`# HELP odd a "b"\\\n`,
      "# TYPE odd gauge",
      "odd NaN",
      "odd +Inf",
      "odd -Inf",
      "",
    ].join("\n"),
  );
  expect(renderOpenMetrics(snapshot)).toBe(
    [
      String.raw`# HELP done a \"b\"\\\n`,
      "# TYPE done counter",
      String.raw`done_total{why="a\"b\\\n"} 1`,
      String.raw`# HELP took_seconds a \"b\"\\\n`,
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{le="+Inf"} 2 # {trace_id="abc"} 0.5 1.25',
      String.raw`# HELP odd a \"b\"\\\n`,
      "# TYPE odd gauge",
      "odd NaN",
      "odd +Inf",
      "odd -Inf",
      "# EOF",
      "",
    ].join("\n"),
  );
});

/** `fetch` would unpack it. */
async function readBodyBytes(url: string, headers: Record<string, string>) {
  const [response] = (await once(get(url, { headers }), "response")) as [IncomingMessage];
  return { headers: response.headers, body: await buffer(response) };
}

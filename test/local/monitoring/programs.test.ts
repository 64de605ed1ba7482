import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../../src/service/config.ts";
import { createRedisExporter } from "../../../src/local/monitoring/exporters.ts";
import { createGrafana, findGrafanaHome } from "../../../src/local/monitoring/grafana.ts";
import { prepareMonitoring } from "../../../src/local/monitoring/monitoring.ts";
import { reservePort } from "../../support/ports.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

test("starts nothing where nothing is installed", async () => {
  expect(await prepare([])).toEqual({
    watchers: [],
    env: {},
    pages: { prometheus: undefined, grafana: undefined },
    remarks: [],
  });
});

test("starts nothing when it is told not to", async () => {
  const { watchers } = await prepare(["prometheus", "tempo"], { MONITORING: "false" });
  expect(watchers).toEqual([]);
});

test("lets traces and logs flow to Tempo and Loki, and links lead to Grafana", async () => {
  const { watchers, env, pages } = await prepare(["prometheus", "grafana", "tempo", "loki"]);
  expect(watchers.map(({ name }) => name)).toEqual(["prometheus", "tempo", "loki", "grafana"]);
  const [tempo, loki, grafana] = watchers.slice(1).map(({ files }) => JSON.stringify(files));
  const otlp = new URL(env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? "");
  expect([otlp.pathname, tempo]).toEqual([
    "/v1/traces",
    expect.stringContaining(`{"http":{"endpoint":"${otlp.host}"}}`),
  ]);
  const records = new URL(env["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] ?? "");
  expect([records.pathname, loki]).toEqual([
    "/otlp/v1/logs",
    expect.stringContaining(`"http_listen_port":${records.port},`),
  ]);
  const tempoPort = /"http_listen_port":(\d+)/.exec(tempo ?? "")?.[1];
  const prometheusPort = new URL(pages.prometheus ?? "").port;
  expect(grafana?.match(/http:\/\/localhost:\d+/g)).toEqual([
    `http://localhost:${prometheusPort}`,
    `http://localhost:${tempoPort}`,
    `http://localhost:${records.port}`,
  ]);
  expect(env["GRAFANA_URL"]).toBe(pages.grafana);
});

test("draws the map of services where there is a Prometheus to count calls in", async () => {
  const [alone, together] = [await prepare(["tempo"]), await prepare(["prometheus", "tempo"])];
  const written = [alone, together].map(({ watchers }) =>
    /"remote_write":\[\{"url":"(\S+?)"/.exec(JSON.stringify(watchers.at(-1)?.files))?.at(1),
  );
  expect(written).toEqual([undefined, `${together.pages.prometheus}/api/v1/write`]);
  expect(together.watchers[0]?.command).toContain("--web.enable-remote-write-receiver");
});

test("tells a Tempo of whatever version only what all of them know", async () => {
  const { watchers } = await prepare(["tempo"]);
  const [configuration] = Object.values(watchers[0]?.files ?? {});
  expect(Object.keys(configuration ?? {})).not.toContain("compactor");
  expect(Object.keys(configuration ?? {})).toContain("storage");
});

test("keeps to the receivers and the Grafana that were given", async () => {
  const given = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector", GRAFANA_URL: "http://grafana" };
  const { watchers, env } = await prepare(["prometheus", "grafana", "tempo", "loki"], given);
  expect([env, watchers[0]?.env]).toEqual([{}, { GRAFANA_URL: "http://grafana" }]);
});

test("links to no trace that nobody keeps", async () => {
  const { watchers, env } = await prepare(["grafana"]);
  expect([watchers.length, env]).toEqual([1, {}]);
});

test("gives Grafana to this machine alone, without a login and without a password that is known", async () => {
  const [first, second] = [await prepare(["grafana"]), await prepare(["grafana"])];
  const environments = [first, second].flatMap(({ watchers }) => watchers.map(({ env }) => env));
  expect(environments).toHaveLength(2);
  for (const env of environments) {
    expect(env).toMatchObject({
      GF_SERVER_HTTP_ADDR: "127.0.0.1",
      GF_SERVER_DOMAIN: "localhost",
      GF_SERVER_ENFORCE_DOMAIN: "true",
      GF_AUTH_ANONYMOUS_ENABLED: "true",
      GF_AUTH_BASIC_ENABLED: "false",
      GF_AUTH_DISABLE_LOGIN_FORM: "true",
    });
  }
  const passwords = environments.map((env) => env["GF_SECURITY_ADMIN_PASSWORD"]);
  expect([new Set(passwords).size, passwords[0]?.length]).toEqual([2, 32]);
});

test("shows the shipped dashboards", async () => {
  const { watchers } = await prepare(["grafana"]);
  const [grafana] = watchers;
  expect(grafana?.command.slice(1)).toEqual(["server", "--homepath", expect.any(String)]);
  expect(basename(grafana?.env["TRIPOD_DASHBOARDS"] ?? "")).toBe("dashboards");
  const provisioning = grafana?.env["GF_PATHS_PROVISIONING"] ?? "";
  expect(Object.keys(grafana?.files ?? {})).toEqual([
    join(provisioning, "datasources/tripod.yaml"),
    join(provisioning, "dashboards/tripod.yaml"),
  ]);
});

test("says why what is installed is not started", async () => {
  const taken = String(loadConfig({}).ports.public);
  const { watchers, remarks } = await prepare(["prometheus"], { PROMETHEUS_PORT: taken });
  expect([watchers, remarks]).toEqual([
    [],
    [
      `prometheus is not started: port ${taken} (prometheus) is also given as PUBLIC_PORT; PROMETHEUS_PORT chooses another`,
    ],
  ]);
});

test("finds Grafana's files beside its program, in its prefix, or not at all", () => {
  const [archive, prefix, nowhere] = [
    createTemporaryFolder(),
    createTemporaryFolder(),
    createTemporaryFolder(),
  ];
  addDefaults(archive);
  addDefaults(join(prefix, "share/grafana"));
  const homes = [archive, prefix, nowhere].map((folder) =>
    findGrafanaHome(addProgram(folder, "grafana")),
  );
  expect(homes).toEqual([archive, join(prefix, "share/grafana"), undefined]);
});

test("runs Grafana itself where a package's command stands before it", () => {
  const [commands, home, bare] = [
    createTemporaryFolder(),
    createTemporaryFolder(),
    createTemporaryFolder(),
  ];
  const wrapper = addProgram(commands, "grafana-server");
  const itself = addProgram(home, "grafana");
  const programs = [home, bare].map((at) => {
    const place = { home: at, folder: "/data", port: 1, adminPassword: "" };
    const ports = { prometheus: 2, tempo: 3, loki: 4 };
    return createGrafana({ binary: wrapper, ...place, ports }).command;
  });
  expect(programs).toEqual([
    [itself, "server", "--homepath", home],
    [wrapper, "--homepath", bare],
  ]);
});

test("keeps the broker's password off the exporter's command line", () => {
  const watchers = [
    createRedisExporter("/bin/redis_exporter", 1, {
      url: "redis://app:p%40ss@redis:6379/1",
      password: undefined,
    }),
    createRedisExporter("/bin/redis_exporter", 1, { url: "redis://redis:6379", password: "p@ss" }),
  ];
  expect(watchers.map(({ command, env }) => [command.length, env])).toEqual([
    [2, { REDIS_ADDR: "redis://redis:6379/1", REDIS_USER: "app", REDIS_PASSWORD: "p@ss" }],
    [2, { REDIS_ADDR: "redis://redis:6379", REDIS_USER: "", REDIS_PASSWORD: "p@ss" }],
  ]);
});

/** What is prepared where these programs are all that is installed. */
async function prepare(programs: readonly string[], environment: Record<string, string> = {}) {
  const prefix = createTemporaryFolder();
  for (const name of programs) addProgram(prefix, name);
  addDefaults(prefix);
  const config = loadConfig({
    PROMETHEUS_PORT: String(await reservePort()),
    GRAFANA_PORT: String(await reservePort()),
    ...environment,
  });
  return prepareMonitoring({
    config,
    redis: config.redis,
    dataFolder: createTemporaryFolder(),
    path: join(prefix, "bin"),
    servicePorts: [{ port: config.ports.public, purpose: "", variable: "PUBLIC_PORT" }],
  });
}

function addDefaults(home: string): void {
  mkdirSync(join(home, "conf"), { recursive: true });
  writeFileSync(join(home, "conf/defaults.ini"), "");
}

/** A program that nobody runs, in the folder's `bin`. */
function addProgram(folder: string, name: string): string {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", name), "", { mode: 0o755 });
  return join(folder, "bin", name);
}

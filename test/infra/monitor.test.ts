import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createDataSources } from "../../dashboards/stack/provisioning.ts";
import { logGateConfiguration } from "../../infra/boot/log-gate.ts";
import { commonUnits } from "../../infra/boot/monitor-units.ts";
import { lokiConfiguration, tempoConfiguration } from "../../infra/boot/monitor-stores.ts";
import { loadMonitorRelease } from "../../infra/release/monitor.ts";
import {
  type Resource,
  isSecret,
  ofType,
  password,
  runMockedStack,
  userDataOf,
} from "../support/mocked-stack.ts";
import { queues } from "../../src/contract/queues.ts";
import { loadBuiltRelease } from "../support/built-release.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

const exec = promisify(execFile);

/** Host -> the file of that path in its user data. */
async function fileOfHosts(resources: readonly Resource[], path: string) {
  const files = ofType(resources, "Instance").map((instance) => {
    const { write_files: written }: { write_files: { path: string; content: string }[] } = parse(
      userDataOf(instance),
    );
    return [instance.name, written.find((file) => file.path === path)?.content] as const;
  });
  return Object.fromEntries(files);
}

let watched: Resource[];
let unwatched: Resource[];
beforeAll(async () => {
  await loadBuiltRelease("arm64");
  watched = await runMockedStack({ monitoring: "true" });
  unwatched = await runMockedStack();
}, 180_000);

test("without a monitor, no host has an exporter or sends anything to one", () => {
  const hosts = ofType(unwatched, "Instance");
  expect(hosts.map(({ name }) => name).toSorted()).toEqual(["producer", "redis", "worker-1"]);
  for (const host of hosts) {
    expect(userDataOf(host)).not.toMatch(/exporter|OTEL_|GRAFANA|monitor/);
  }
});

test("with a monitor, services send it traces and logs, and job pages link to Grafana", async () => {
  const environment = await fileOfHosts(watched, "/etc/tripod/service.env");
  const told = (host: string) => environment[host]?.match(/^(OTEL|GRAFANA)\S+$/gm);
  const receivers = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://10.0.0.30:4318/v1/traces",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://10.0.0.30:3100/otlp/v1/logs",
  ];
  expect(told("worker-1")).toEqual(receivers);
  expect(told("producer")).toEqual([...receivers, "GRAFANA_URL=http://203.0.113.80:3000"]);
  expect(tempoConfiguration.distributor.receivers.otlp.protocols.http.endpoint).toBe(
    "10.0.0.30:4318",
  );
  expect(logGateConfiguration).toContain("\n    listen 10.0.0.30:3100;\n");
});

test("every host runs an exporter of its own state, the monitor's for itself alone", async () => {
  const path = "/etc/systemd/system/prometheus-node-exporter.service.d/tripod.conf";
  const units = await fileOfHosts(watched, path);
  const { stdout } = await exec("tar", [
    "-xzOf",
    (await loadMonitorRelease()).file,
    "system/prometheus-node-exporter.service.d/tripod.conf",
  ]);
  const all = [units["redis"], units["producer"], units["worker-1"], stdout];
  expect(all.map((unit = "") => /--web\.listen-address=(\S+)/.exec(unit)?.[1])).toEqual([
    "10.0.1.10:9100",
    ":9100",
    ":9100",
    "127.0.0.1:9100",
  ]);
});

test("Grafana finds each source of data at the port its program listens on", async () => {
  const path = "/etc/systemd/system/prometheus.service.d/tripod.conf";
  const { monitor } = await fileOfHosts(watched, path);
  expect(createDataSources().datasources.map(({ url }) => url)).toEqual([
    `http://localhost:${/listen-address=127\.0\.0\.1:(\d+)/.exec(monitor ?? "")?.[1]}`,
    `http://localhost:${tempoConfiguration.server.http_listen_port}`,
    `http://localhost:${lokiConfiguration.server.http_listen_port}`,
  ]);
});

test("Loki and Tempo are asked on loopback alone, and Loki deletes nothing for anybody", () => {
  const asked = [lokiConfiguration, tempoConfiguration].flatMap(({ server }) => [
    server.http_listen_address,
    server.grpc_listen_address,
  ]);
  expect(asked).toEqual(Array(4).fill("127.0.0.1"));
  expect(lokiConfiguration.limits_config.deletion_mode).toBe("disabled");
});

test("traces and logs are kept for as long as the failed jobs that they are about", () => {
  const kept = [
    lokiConfiguration.limits_config.retention_period,
    tempoConfiguration.compactor?.compaction.block_retention,
  ];
  const longest = Math.max(...Object.values(queues).map(({ keep }) => keep.failedSeconds));
  const hours = longest / 3_600;
  expect(kept).toEqual([`${hours}h`, `${hours}h`]);
});

test("Loki keeps a service's lines together, whichever of its starts they are from", () => {
  const { resource_attributes: resource } = lokiConfiguration.limits_config.otlp_config;
  expect(resource.ignore_defaults).toBe(true);
  const indexed = resource.attributes_config.flatMap(({ attributes }) => attributes);
  expect(indexed).toEqual(["service.name", "service.namespace"]);
});

test("Tempo waits for the other half of a call while a job waits for its worker", () => {
  expect(tempoConfiguration.metrics_generator?.processor.service_graphs).toEqual({
    wait: "5m",
    max_items: 30_000,
  });
});

test.each(["loki", "tempo"])(
  "%s collects its garbage before it has what memory it may",
  async (name) => {
    const unit = commonUnits.find(({ path }) => path.includes(`/${name}.service.d/`));
    const [, quoted = ""] = /^ExecStartPre=\+\/bin\/sh -c "(.+)"$/m.exec(unit?.content ?? "") ?? [];
    // As systemd reads it.
    const command = quoted.replace(/\\(.)/g, "$1").replaceAll("%%", "%").replaceAll("$$", "$");
    const [, file = ""] = / > (\S+)$/.exec(command) ?? [];
    expect(unit?.content).toContain(`\nEnvironmentFile=-${file}\n`);
    const place = join(createTemporaryFolder(), "stores.env");
    await exec("sh", ["-c", command.replace(file, place)]);
    const [, limit] = /^GOMEMLIMIT=(\d+)KiB\n$/.exec(await readFile(place, "utf8")) ?? [];
    const [, most] = /\nMemoryMax=(\d+)%\n/.exec(unit?.content ?? "") ?? [];
    const share = (Number(limit) * 1_024) / totalmem();
    expect([most, share]).toEqual(["40", expect.closeTo(0.36, 2)]);
  },
);

test("the host asks Loki and Tempo about their configurations before it puts them in place", async () => {
  const { monitor = "" } = await fileOfHosts(watched, "/usr/local/sbin/tripod-boot");
  const lines = monitor.split("\n").filter((line) => /^(verify|cp) (loki|tempo)/.test(line));
  expect(lines).toEqual([
    "verify loki -config.file=loki.yaml -verify-config",
    "verify tempo -config.file=tempo.yaml -config.verify",
    "cp loki.yaml /etc/loki/config.yml",
    "cp tempo.yaml /etc/tempo/config.yml",
  ]);
  const [verify = ""] = /^verify\(\) .+$/m.exec(monitor) ?? [];
  const said = verify.replace("/dev/console", "/dev/null");
  const { stdout, stderr } = await exec("bash", [
    "-c",
    `set -Eeuo pipefail\n${said}\nverify false -config\nverify true\necho goes on`,
  ]);
  expect([stdout, stderr]).toEqual([
    "goes on\n",
    "tripod: false does not take its configuration as it is\n",
  ]);
});

test("Grafana's and the exporter's passwords cross to the engine only as secrets", () => {
  const parameters = ofType(watched, "Parameter");
  expect(parameters.map(({ name, inputs }) => [name, isSecret(inputs["value"])])).toEqual(
    expect.arrayContaining([
      ["grafana-password", true],
      ["exporter-password", true],
    ]),
  );
  const others = watched.filter((resource) => !parameters.includes(resource));
  expect(others.length).toBeGreaterThan(50);
  expect(JSON.stringify(others)).not.toContain(password);
});

test("the same inputs make the same release, of what the monitor is provisioned with", async () => {
  const release = await loadMonitorRelease();
  const again = await loadMonitorRelease(createTemporaryFolder());
  expect([again.sha, again.file === release.file]).toEqual([release.sha, false]);
  const { stdout } = await exec("tar", ["-tzf", release.file]);
  expect(stdout.trim().split("\n").toSorted()).toEqual([
    "alerts.yaml",
    "grafana.env",
    "grafana/dashboards/tripod.yaml",
    "grafana/datasources/tripod.yaml",
    "log-gate.conf",
    "loki.yaml",
    "prometheus-ec2.yaml",
    "system/loki.service.d/tripod.conf",
    "system/nginx.service",
    "system/prometheus-node-exporter.service.d/tripod.conf",
    "system/prometheus-redis-exporter.service.d/tripod.conf",
    "system/tempo.service.d/tripod.conf",
    "taskqueue-journey.json",
    "taskqueue-overview.json",
    "taskqueue-task.json",
    "tempo.yaml",
  ]);
});

test("Prometheus accepts its configuration as the host fills it in", async () => {
  const folder = createTemporaryFolder();
  await exec("tar", ["-xzf", (await loadMonitorRelease()).file, "--directory", folder]);
  const { monitor } = await fileOfHosts(watched, "/usr/local/sbin/tripod-boot");
  const [fill = ""] = /^sed .+$/m.exec(monitor ?? "") ?? [];
  await writeFile(join(folder, "fill.sh"), fill);
  await exec("bash", ["-e", "fill.sh"], {
    cwd: folder,
    env: { ...process.env, AWS_DEFAULT_REGION: "eu-central-1", TRIPOD_STACK: "my.stack-1" },
  });
  const { stdout } = await exec("promtool", ["check", "config", join(folder, "prometheus.yaml")]);
  expect(stdout).toContain("is valid prometheus config file syntax");
  const filled = await readFile(join(folder, "prometheus.yaml"), "utf8");
  const written = await readFile(join(folder, "prometheus-ec2.yaml"), "utf8");
  const searches = written.match(/region: \$\{AWS_REGION\}$/gm) ?? [];
  expect(searches.length).toBeGreaterThan(3);
  expect(filled.match(/region: eu-central-1$/gm)).toHaveLength(searches.length);
  expect(filled.match(/- my\.stack-1$/gm)).toHaveLength(searches.length);
  // Prometheus itself reads this one from its environment.
  expect(filled.match(/\$\{\w+\}/g)).toEqual(["${GRAFANA_URL}"]);
});

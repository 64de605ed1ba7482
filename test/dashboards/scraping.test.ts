import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createEc2Scraping, createLocalScraping } from "../../dashboards/stack/scraping.ts";
import { type Endpoint, endpoints } from "../../src/contract/topology.ts";
import { dashboardsFolder } from "../support/dashboards.ts";

const forMonitor = Object.values<Endpoint>(endpoints).filter(({ callers }) =>
  callers.includes("monitor"),
);

test.each(["prometheus-local.yaml", "prometheus-ec2.yaml"])(
  "has a %s that promtool accepts, with its rules",
  (file) => {
    const path = fileURLToPath(new URL(file, dashboardsFolder));
    const { stdout, stderr, status } = spawnSync("promtool", ["check", "config", path], {
      encoding: "utf8",
    });
    expect([status, stderr, stdout]).toEqual([
      0,
      "",
      expect.stringContaining(`${file} is valid prometheus config file syntax`),
    ]);
    expect(stdout).toMatch(/SUCCESS: \d\d rules found/);
  },
);

test("scrapes on EC2 what the topology lets the monitor call, and nothing else of ours", () => {
  const discovered = createEc2Scraping()
    .scrape_configs.flatMap(({ ec2_sd_configs: configs = [] }) => configs)
    .map(({ port, filters }) => [filters[0], port]);
  // Redis itself is asked by its exporter, beside Prometheus.
  const scraped = forMonitor.filter((service) => service !== endpoints.redis);
  expect(discovered).toEqual(
    scraped.map(({ host, port }) => [{ name: "tag:tripod:role", values: [host] }, port]),
  );
  expect(discovered).toHaveLength(5);
});

test("scrapes the same endpoints on one machine, at their local ports", () => {
  const targets = createLocalScraping()
    .scrape_configs.filter(({ job_name: name }) => name.startsWith("taskqueue-"))
    .flatMap(({ static_configs: configs = [] }) => configs)
    .flatMap(({ targets: addresses }) => addresses);
  const local = forMonitor.flatMap(({ localPort }) => localPort ?? []);
  expect(targets).toEqual(local.map((port) => `localhost:${port}`));
  expect(targets).toHaveLength(2);
});

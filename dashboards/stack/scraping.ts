import { serviceNames } from "../../src/contract/telemetry.ts";
import { hostTags, monitoringPorts } from "../../src/contract/monitoring.ts";
import { paths } from "../../src/contract/paths.ts";
import { type Endpoint, endpoints, type Host } from "../../src/contract/topology.ts";
import { producerUrls } from "../panels/links.ts";

/** Seconds between two looks; panels and alerts need four in their windows. */
export const scrapeInterval = "15s";

const ruleFiles = ["alerts.yaml"];

/** Read from the environment when Prometheus starts; alerts link to it. */
const externalLabels = { grafana_url: "${GRAFANA_URL}" };

/** To be filled in by whoever puts the file in its place, as with envsubst: Prometheus does not. */
const stackPlaceholder = "${TRIPOD_STACK}";
const regionPlaceholder = "${AWS_REGION}";

const scraped = [
  { job: serviceNames.producer, service: endpoints["producer-metrics"] },
  { job: serviceNames.worker, service: endpoints["worker-metrics"] },
] as const;

const nodes = [
  endpoints["redis-node-metrics"],
  endpoints["producer-node-metrics"],
  endpoints["worker-node-metrics"],
] as const;

/** Exporters run beside Prometheus: Redis' asks the broker over the network. */
const exporters = [
  { job: "redis", target: `localhost:${monitoringPorts.redisExporter}` },
  { job: "node", target: `localhost:${monitoringPorts.nodeExporter}` },
] as const;

export const scrapeJobs = [...scraped, ...exporters].map(({ job }) => job);
export type ScrapeJobName = (typeof scrapeJobs)[number];

/** Where everything is on one machine. */
export interface LocalAddresses {
  /** As `host:port`, by scrape job; an exporter that has none does not run. */
  readonly targets: Readonly<
    Record<(typeof scraped)[number]["job"], string> &
      Record<(typeof exporters)[number]["job"], string | undefined>
  >;
  /** Base URLs of the producer's pages. */
  readonly pages: Readonly<Record<keyof typeof producerUrls, string>>;
}

const customary: LocalAddresses = {
  targets: {
    [serviceNames.producer]: `localhost:${endpoints["producer-metrics"].localPort}`,
    [serviceNames.worker]: `localhost:${endpoints["worker-metrics"].localPort}`,
    redis: exporters[0].target,
    node: exporters[1].target,
  },
  pages: {
    public: `http://localhost:${endpoints.public.localPort}`,
    board: `http://localhost:${endpoints.board.localPort}`,
  },
};

/**
 * Where the producer's pages are is a label of its targets, so that dashboards can link to them
 * wherever they run; only `up` keeps it, as a label on everything would be noise.
 */
const dropUrls = {
  metric_relabel_configs: [{ action: "labeldrop", regex: Object.values(producerUrls).join("|") }],
};

/** Prometheus beside the services on one machine, by default at their customary ports. */
export function createLocalScraping({ targets, pages }: LocalAddresses = customary) {
  return createScraping([
    ...scraped.map(({ job }) => ({
      job_name: job,
      metrics_path: paths.metrics,
      static_configs: [
        {
          targets: [targets[job]],
          ...(job === serviceNames.producer && {
            labels: { [producerUrls.public]: pages.public, [producerUrls.board]: pages.board },
          }),
        },
      ],
      ...(job === serviceNames.producer && dropUrls),
    })),
    ...exporters.flatMap(({ job }) => {
      const target = targets[job];
      return target === undefined
        ? []
        : [{ job_name: job, static_configs: [{ targets: [target] }] }];
    }),
  ]);
}

/** Prometheus on the monitor host, which finds the others by their tags and calls private addresses. */
export function createEc2Scraping() {
  return createScraping([
    ...scraped.map(({ job, service }) => ({
      job_name: job,
      metrics_path: paths.metrics,
      ec2_sd_configs: [discover(service.host, service.port)],
      ...(job === serviceNames.producer && {
        relabel_configs: [
          publicAddress(producerUrls.public, endpoints.public),
          publicAddress(producerUrls.board, endpoints.board),
        ],
        ...dropUrls,
      }),
    })),
    ...exporters.map(({ job, target }) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
      ...(job === "node" && {
        ec2_sd_configs: nodes.map(({ host, port }) => discover(host, port)),
      }),
    })),
  ]);
}

function discover(host: Host, port: number) {
  return {
    region: regionPlaceholder,
    port,
    filters: [
      { name: `tag:${hostTags.role}`, values: [host] },
      { name: `tag:${hostTags.stack}`, values: [stackPlaceholder] },
      { name: "instance-state-name", values: ["running"] },
    ],
  };
}

function publicAddress(label: string, { port }: Endpoint) {
  return {
    source_labels: ["__meta_ec2_public_ip"],
    regex: "(.+)",
    target_label: label,
    replacement: port === 80 ? "http://$1" : `http://$1:${port}`,
  };
}

interface ScrapeJob {
  readonly job_name: string;
  readonly metrics_path?: string;
  readonly static_configs?: readonly StaticTargets[];
  readonly ec2_sd_configs?: readonly ReturnType<typeof discover>[];
  readonly relabel_configs?: readonly object[];
  readonly metric_relabel_configs?: readonly object[];
}

interface StaticTargets {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

function createScraping(jobs: readonly ScrapeJob[]) {
  return {
    global: {
      scrape_interval: scrapeInterval,
      evaluation_interval: scrapeInterval,
      external_labels: externalLabels,
    },
    rule_files: ruleFiles,
    scrape_configs: jobs,
  };
}

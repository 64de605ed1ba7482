import type { Series } from "../../support/rule-tests.ts";
import { type FiringAlert, fromProducer, ofQueue } from "./alert-case.ts";

interface FurtherCase {
  readonly name: string;
  readonly series: Series;
  readonly expected: Readonly<
    Record<string, readonly (readonly [at: string, firing: readonly FiringAlert[]])[]>
  >;
}

const blind = { labels: {}, summary: "The state of the queue cannot be read" };
const goneWorker = { job: "taskqueue-worker" };

/** What fires, and when, where no case of its own says so. */
export const furtherCases: readonly FurtherCase[] = [
  {
    name: "fires the watchdog always",
    series: {},
    expected: { Watchdog: [["0m", [{ labels: {}, summary: "Alerting works" }]]] },
  },
  {
    name: "says once that the queue's state is missing when it is, whether or not reads fail",
    series: { [`taskqueue_queue_collect_errors_total{${fromProducer},${ofQueue}}`]: "0+1x20" },
    expected: {
      TaskQueueMetricsBlind: [["12m", [{ ...blind, labels: { queue: "default" } }]]],
    },
  },
  {
    name: "says that the queue's state is missing when nothing else is there either",
    series: {},
    expected: { TaskQueueMetricsBlind: [["6m", [blind]]] },
  },
  {
    name: "says that targets are missing that no discovery finds",
    series: {},
    expected: {
      TaskQueueProducerDown: [
        [
          "2m",
          [
            {
              labels: { job: "taskqueue-producer" },
              summary: "Nothing can be submitted: the producer is down",
            },
          ],
        ],
      ],
      TargetDown: [["2m", [{ labels: goneWorker, summary: "taskqueue-worker cannot be scraped" }]]],
      RedisExporterDown: [
        ["6m", [{ labels: { job: "redis" }, summary: "Redis' exporter cannot be scraped" }]],
      ],
      NodeExporterDown: [
        ["6m", [{ labels: { job: "node" }, summary: "The node exporter cannot be scraped" }]],
      ],
    },
  },
  {
    name: "fires TaskQueueNoWorkers on an idle queue whose worker never started",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "0x24",
    },
    expected: {
      TaskQueueNoWorkers: [
        ["8m", [{ labels: { queue: "default" }, summary: "No worker is connected to default" }]],
      ],
    },
  },
  {
    name: "fires TaskQueueHeartbeatStale where a worker is connected and none ever came through",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "0x24",
    },
    expected: {
      TaskQueueHeartbeatStale: [
        ["2m", []],
        [
          "5m",
          [
            {
              labels: { queue: "default" },
              summary: "No heartbeat comes through default although a worker has a free slot",
            },
          ],
        ],
      ],
    },
  },
  {
    name: "fires RedisDown without an exporter when no service has a connection",
    series: { [`taskqueue_redis_connection_up{${fromProducer},client="queue"}`]: "0x9" },
    expected: {
      RedisDown: [["3m", [{ labels: {}, summary: "Redis does not answer" }]]],
    },
  },
];

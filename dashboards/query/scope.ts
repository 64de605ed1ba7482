import { anyServiceName } from "../../src/contract/telemetry.ts";
import { anyOf, type Matchers } from "./promql.ts";

/** The part of the metrics that a panel looks at. */
export type QueueScope = Matchers<"queue">;
export type TaskScope = Matchers<"queue" | "task">;

export const chosenQueue: QueueScope = { queue: anyOf("$queue") };
/** Scrape jobs of producer and worker, not of exporters. */
export const everyService = { job: anyOf(anyServiceName) };
export const chosenTask: TaskScope = { ...chosenQueue, task: anyOf("$task") };

import type { Series } from "../../support/rule-tests.ts";

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** One alert's life: well at first, then broken, then well again. */
export interface AlertCase {
  readonly alert: string;
  readonly series: Series;
  /** How often rules are evaluated; every minute when left out. */
  readonly interval?: string;
  /** Not yet: before the trouble, or while it is younger than the alert's `for`. */
  readonly quietAt: readonly string[];
  readonly firesAt: string;
  readonly firing: readonly FiringAlert[];
  readonly resolvedAt: string;
  /** The same again, but for series that are just short of trouble: it must never fire. */
  readonly below: Series;
}

/** What looks like trouble and must not fire. */
export interface QuietCase {
  readonly because: string;
  readonly alert: string;
  readonly series: Series;
  /** How often rules are evaluated; every minute when left out. */
  readonly interval?: string;
  readonly quietAt: readonly string[];
}

/** Well for five minutes, broken for ten, well again. */
export const upDownUp = "1x4 0x9 1x9";

/** Labels of what a service exports, and of what of it is about a queue, or about a task. */
export const fromProducer = 'job="taskqueue-producer",instance="10.0.0.20:9464"';
export const fromWorker = 'job="taskqueue-worker",instance="10.0.1.20:9464"';
export const ofQueue = 'queue="default"';
export const ofDivide = `${ofQueue},task="divide"`;

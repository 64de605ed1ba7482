import type { AlertCase, QuietCase } from "./alert-case.ts";
import { httpCases, httpQuietCases } from "./http-cases.ts";
import { monitoringCases, monitoringQuietCases } from "./monitoring-cases.ts";
import { queueCases, queueQuietCases } from "./queue-cases.ts";
import { redisCases, redisQuietCases } from "./redis-cases.ts";
import { taskCases, taskQuietCases } from "./task-cases.ts";

export const alertCases: readonly AlertCase[] = [
  queueCases,
  taskCases,
  redisCases,
  httpCases,
  monitoringCases,
].flat();

export const quietCases: readonly QuietCase[] = [
  queueQuietCases,
  taskQuietCases,
  redisQuietCases,
  httpQuietCases,
  monitoringQuietCases,
].flat();

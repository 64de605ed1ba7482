import { capacityPanels } from "./capacity-panels.ts";
import { createDashboard } from "./dashboard.ts";
import { failurePanels } from "./failure-panels.ts";
import { flowPanels } from "./flow-panels.ts";
import { httpPanels } from "./http-panels.ts";
import { latencyPanels, processingHeatmap } from "./latency-panels.ts";
import { overviewUid } from "./links.ts";
import { lineRates, troubleLogs } from "./log-panels.ts";
import { nowPanels } from "./now-panels.ts";
import { processPanels } from "./process-panels.ts";
import { redisPanels } from "./redis-panels.ts";
import { chosenQueue as queue } from "../query/scope.ts";
import { taskTable } from "./task-table.ts";
import { dataSourceVariable, queueVariable } from "./variables.ts";

export const overview = createDashboard({
  uid: overviewUid,
  title: "Task queue: overview",
  description: "Is it up, is it slow, what fails, and whose fault is it.",
  variables: [dataSourceVariable("prometheus"), dataSourceVariable("loki"), queueVariable()],
  sections: [
    { title: "Now", panels: nowPanels(queue) },
    { title: "Flow", panels: flowPanels(queue) },
    { title: "Latency", panels: [...latencyPanels(queue), processingHeatmap(queue)] },
    { title: "Failures", panels: failurePanels(queue) },
    { title: "Tasks", panels: [taskTable(queue)] },
    { title: "Capacity", panels: capacityPanels(queue) },
    { title: "Broker", panels: redisPanels() },
    { title: "Pages and API", panels: httpPanels() },
    { title: "Processes", panels: processPanels() },
    { title: "Logs", panels: [...lineRates(), troubleLogs()] },
  ],
});

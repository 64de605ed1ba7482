import { createDashboard } from "./dashboard.ts";
import { taskUid } from "./links.ts";
import { processPanels } from "./process-panels.ts";
import { chosenTask } from "../query/scope.ts";
import { taskPanels } from "./task-panels.ts";
import { dataSourceVariable, instanceVariable, queueVariable, taskVariable } from "./variables.ts";
import { workerPanels } from "./worker-panels.ts";

export const task = createDashboard({
  uid: taskUid,
  title: "Task queue: task",
  description: "One task and the workers that run it.",
  variables: [
    dataSourceVariable("prometheus"),
    dataSourceVariable("tempo"),
    dataSourceVariable("loki"),
    queueVariable(),
    taskVariable(),
    instanceVariable(),
  ],
  sections: [
    { title: "$task", panels: taskPanels(chosenTask), repeat: "task" },
    { title: "Workers", panels: workerPanels() },
    { title: "Processes", panels: processPanels() },
  ],
});

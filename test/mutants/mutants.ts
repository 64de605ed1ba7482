import type { Mutant } from "./mutant.ts";
import { dashboardsMutants } from "./mutants/dashboards.ts";
import { infraMutants } from "./mutants/infra.ts";
import { localMutants } from "./mutants/local.ts";
import { packageMutants } from "./mutants/packages.ts";
import { producerMutants } from "./mutants/producer.ts";
import { queueMutants } from "./mutants/queue.ts";
import { serviceMutants } from "./mutants/service.ts";
import { telemetryMutants } from "./mutants/telemetry.ts";
import { testMutants } from "./mutants/test.ts";
import { workerMutants } from "./mutants/worker.ts";

/** Mistakes that were made, here or elsewhere, or that a later change could make again. */
export const mutants: readonly Mutant[] = [
  ...dashboardsMutants,
  ...infraMutants,
  ...localMutants,
  ...packageMutants,
  ...producerMutants,
  ...queueMutants,
  ...serviceMutants,
  ...telemetryMutants,
  ...testMutants,
  ...workerMutants,
];

import type { Mutant } from "./mutant.ts";
import { chainMutants } from "./mutants/chain.ts";
import { clientMutants } from "./mutants/client.ts";
import { dashboardsMutants } from "./mutants/dashboards.ts";
import { historyMutants } from "./mutants/history.ts";
import { infraMutants } from "./mutants/infra.ts";
import { localMutants } from "./mutants/local.ts";
import { packageMutants } from "./mutants/packages.ts";
import { producerBatchMutants } from "./mutants/producer-batch.ts";
import { producerCallbackMutants } from "./mutants/producer-callbacks.ts";
import { producerConsoleMutants } from "./mutants/producer-console.ts";
import { producerHttpMutants } from "./mutants/producer-http.ts";
import { producerJobsMutants } from "./mutants/producer-jobs.ts";
import { producerPagesMutants } from "./mutants/producer-pages.ts";
import { producerMutants } from "./mutants/producer.ts";
import { queueMutants } from "./mutants/queue.ts";
import { serviceConnectionMutants } from "./mutants/service-connections.ts";
import { serviceMutants } from "./mutants/service.ts";
import { telemetryMutants } from "./mutants/telemetry.ts";
import { testMutants } from "./mutants/test.ts";
import { workerMutants } from "./mutants/worker.ts";

/** Mistakes that were made, here or elsewhere, or that a later change could make again. */
export const mutants: readonly Mutant[] = [
  ...chainMutants,
  ...clientMutants,
  ...dashboardsMutants,
  ...historyMutants,
  ...infraMutants,
  ...localMutants,
  ...packageMutants,
  ...producerMutants,
  ...producerBatchMutants,
  ...producerCallbackMutants,
  ...producerConsoleMutants,
  ...producerHttpMutants,
  ...producerJobsMutants,
  ...producerPagesMutants,
  ...queueMutants,
  ...serviceMutants,
  ...serviceConnectionMutants,
  ...telemetryMutants,
  ...testMutants,
  ...workerMutants,
];

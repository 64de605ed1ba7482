import { consolePaths } from "../../../contract/paths.ts";
import { orderDrain, orderRelease } from "../../../queue/worker-orders.ts";
import { readWorkers } from "../../../queue/workers.ts";
import { RequestError } from "../../http/errors.ts";
import { type Desk, type Desks, firstDesk } from "../../jobs/desk.ts";
import { tellWorker } from "../worker-json.ts";
import type { Action } from "./action.ts";

/** How operators have a worker take no more jobs, and take jobs again. */
export function createWorkerActions({ desks }: { readonly desks: Desks }): readonly Action[] {
  const ask: Desk["ask"] = (call) => firstDesk(desks).ask(call);
  return (["drain", "release"] as const).map((name) => ({
    on: "worker",
    name,
    async perform({ target: id, actor }) {
      const isKnown = await ask((home, redis) =>
        name === "drain"
          ? orderDrain(home, redis, { id, by: actor.name })
          : orderRelease(home, redis, id),
      );
      const worker = isKnown && (await ask(readWorkers)).find((one) => one.id === id);
      if (worker === false || worker === undefined) {
        throw new RequestError(404, `there is no worker "${id}", or it has long been silent`);
      }
      return { body: tellWorker(worker), page: consolePaths.workers };
    },
  }));
}

import { consolePaths } from "../../../contract/paths.ts";
import { orderDrain, orderRelease } from "../../../queue/worker-orders.ts";
import { readWorkers } from "../../../queue/workers.ts";
import { describeComponent } from "../../http/components.ts";
import { RequestError } from "../../http/errors.ts";
import { json, refer } from "../../http/operation.ts";
import { type Desk, type Desks, firstDesk } from "../../jobs/desk.ts";
import { tellWorker, toldWorker } from "../worker-json.ts";
import type { Action } from "./action.ts";

/** How operators have a worker take no more jobs, and take jobs again. */
export function createWorkerActions({ desks }: { readonly desks: Desks }): readonly Action[] {
  const ask: Desk["ask"] = (call) => firstDesk(desks).ask(call);
  const words = {
    drain: ["Drain a worker.", "It ends what it runs, and stays idle until it is released."],
    release: ["Release a worker that was drained.", "It takes jobs again within seconds."],
  } as const;
  return (["drain", "release"] as const).map((name) => ({
    on: "worker",
    name,
    words: {
      summary: words[name][0],
      description: words[name][1],
      components: describeComponent("Worker", toldWorker),
      responses: { 200: json("The worker, which hears of it soon.", refer("Worker")) },
    },
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

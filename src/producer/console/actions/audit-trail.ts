import type { ActionTarget } from "../../../contract/actions.ts";
import { logFields } from "../../../contract/telemetry.ts";
import {
  type ActEnd,
  type AuditPage,
  noteAct,
  noteActEnd,
  readAudit,
} from "../../../queue/audit.ts";
import type { Log } from "../../../telemetry/log.ts";
import { RequestError } from "../../http/errors.ts";
import { type Desk, type Desks, firstDesk } from "../../jobs/desk.ts";
import type { Actor } from "./action.ts";

/** What is done, and to what. */
export interface Deed {
  readonly on: ActionTarget;
  readonly target: string;
  readonly action: string;
  readonly reason?: string | undefined;
}

/** Who did what in this deployment. */
export interface AuditTrail {
  /**
   * Notes that somebody asks for it, has it done, and notes how that has ended. Nothing is done where
   * the first note cannot be made, which throws an `UnavailableError`; otherwise throws what `perform` does.
   * What that returns is taken for done, unless `judge` says otherwise.
   */
  record<T>(
    actor: Actor,
    deed: Deed,
    perform: () => Promise<T>,
    judge?: (done: T) => ActEnd,
  ): Promise<T>;
  read(asked: Parameters<typeof readAudit>[2]): Promise<AuditPage>;
}

export interface AuditDeps {
  readonly desks: Desks;
  readonly log: Log;
}

/** Characters of what was acted on: an id, a name, or a route of Bull Board's with both. */
const longestTarget = 300;

/** The field of the log that says what was acted on. */
const fields = {
  job: logFields.jobId,
  jobs: "filter",
  queue: "queue",
  schedule: logFields.schedule,
  worker: logFields.worker,
  board: "target",
} as const satisfies Record<ActionTarget, string>;

export function createAuditTrail({ desks, log }: AuditDeps): AuditTrail {
  // What all queues share is kept below the first one.
  const ask: Desk["ask"] = (call) => firstDesk(desks).ask(call);
  return {
    async record(actor, deed, perform, judge = () => ({ outcome: "done" })) {
      const { name: by, role, from } = actor;
      const target = deed.target.slice(0, longestTarget).toWellFormed();
      const act = { by, role, from, ...deed, target };
      const id = await ask((home, redis) => noteAct(home, redis, act));
      const noun = deed.on === "board" ? "part of Bull Board" : deed.on;
      const conclude = async (end: ActEnd) => {
        const about = {
          [fields[deed.on]]: deed.target,
          action: deed.action,
          user: by,
          role,
          client: from,
        };
        log.info(
          { ...about, reason: deed.reason, outcome: end.outcome, detail: end.detail },
          `an operator acted on a ${noun}`,
        );
        try {
          await ask((home, redis) => noteActEnd(home, redis, id, end));
        } catch (error) {
          // It is done, or is not: the entry stays without an end, and the log has it.
          log.warn(
            { err: error, action: deed.action },
            "cannot note how an operator's act has ended",
          );
        }
      };
      try {
        const done = await perform();
        await conclude(judge(done));
        return done;
      } catch (error) {
        await conclude(endOf(error));
        throw error;
      }
    },
    read: (asked) => ask((home, redis) => readAudit(home, redis, asked)),
  };
}

function endOf(error: unknown): ActEnd {
  const detail = error instanceof Error ? error.message : String(error);
  return { outcome: error instanceof RequestError ? "refused" : "failed", detail };
}

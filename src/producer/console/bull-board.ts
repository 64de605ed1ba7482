import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { KoaAdapter } from "@bull-board/koa";
import type { Queue } from "bullmq";
import type { Middleware } from "koa";
import { boardPaths, paths } from "../../contract/paths.ts";
import { isJobId } from "../../queue/job-id.ts";
import type { ConsoleState } from "./login.ts";

export interface BullBoardOptions {
  readonly queues: readonly Queue[];
  readonly readOnly: boolean;
  /** Where the jobs' own pages are; without it nothing links there. */
  readonly publicUrl: string | undefined;
}

/** Bull Board, below its own path; who can only look is offered nothing else. */
export function createBoard({ readOnly, ...options }: BullBoardOptions): Middleware<ConsoleState> {
  const forViewers = createOne({ ...options, readOnly: true });
  const forOperators = readOnly ? forViewers : createOne({ ...options, readOnly });
  return (ctx, next) =>
    (ctx.state.operator.role === "operator" ? forOperators : forViewers)(ctx, next);
}

function createOne({ queues, readOnly, publicUrl }: BullBoardOptions): Middleware {
  const adapter = new KoaAdapter();
  adapter.setBasePath(boardPaths.root);
  createBullBoard({
    queues: queues.map(
      (queue) =>
        new BullMQAdapter(queue, {
          readOnlyMode: readOnly,
          ...(publicUrl !== undefined && { externalJobUrl: createPageLink(publicUrl) }),
        }),
    ),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: "Tripod" } },
  });
  return adapter.registerPlugin();
}

/** Where a job has its page; the queue's own heartbeats have none, but are part of the overview. */
function createPageLink(publicUrl: string) {
  return ({ id }: { readonly id?: string | number | null | undefined }) =>
    isJobId(String(id))
      ? { displayText: "Status page", href: `${publicUrl}${paths.jobs}/${id}` }
      : { displayText: "Overview", href: `${publicUrl}${paths.overview}` };
}

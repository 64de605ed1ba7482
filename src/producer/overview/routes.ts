import { z } from "zod";
import { paths } from "../../contract/paths.ts";
import { placeSchema } from "../http/components.ts";
import { describeEvents, events, json, problem, refer } from "../http/operation.ts";
import type { Route } from "../http/route.ts";
import type { StreamQuota } from "../http/stream-quota.ts";
import { siteFor } from "../pages/public-site.ts";
import { liveWaysOf } from "../pages/live-ways.ts";
import { createAnswers } from "./answers.ts";
import { overviewBucket } from "./bucket.ts";
import type { Day } from "./day.ts";
import { renderDayPage } from "./day-page.ts";
import type { Overview } from "./overview.ts";
import { renderOverviewPage } from "./page.ts";
import { overviewSnapshot } from "./snapshot.ts";

const place = refer("OverviewSnapshot").$ref;
const { schema: snapshotSchema } = placeSchema(z.toJSONSchema(overviewSnapshot), place);
const overviewEvent = describeEvents({
  snapshots: { type: "array", items: refer("OverviewSnapshot") },
});

const bucketPlace = refer("OverviewBucket").$ref;
const { schema: bucketSchema } = placeSchema(z.toJSONSchema(overviewBucket), bucketPlace);

const live = liveWaysOf(paths.overview);

/** The overview of the queue as a whole: a page, and the events that keep it current. */
export function createOverviewRoutes({
  overview,
  day,
  queues,
  streamQuota,
}: {
  readonly overview: Overview;
  readonly day: Pick<Day, "read">;
  /** Their names. */
  readonly queues: readonly string[];
  readonly streamQuota: StreamQuota;
}): Route[] {
  const { tellState, sendEvents } = createAnswers(overview, streamQuota);
  return [
    {
      method: "GET",
      path: paths.overview,
      purpose: "figures",
      async handle(ctx) {
        ctx.set("Cache-Control", "no-store");
        ctx.type = "html";
        ctx.body = await renderOverviewPage(
          await overview.current(),
          queues,
          siteFor(ctx.state.visitor),
        );
      },
    },
    { method: "GET", path: live.state, purpose: "figures", handle: tellState },
    { method: "GET", path: live.events, purpose: "figures", handle: sendEvents },
    {
      method: "GET",
      path: paths.overviewState,
      purpose: "figures",
      handle: tellState,
      operation: {
        operationId: "readQueue",
        tags: ["queue"],
        summary: "The queue as a whole, now and in the last ten minutes.",
        description:
          "A snapshot a second while somebody watches, otherwise one every five seconds.",
        parameters: [
          {
            name: "after",
            in: "query",
            description:
              "Of the last ten minutes only what is newer than the snapshot of that time.",
            schema: { type: "string" },
            example: "2026-01-31T12:00:00.000Z",
          },
        ],
        components: { OverviewSnapshot: snapshotSchema },
        responses: {
          200: json("OverviewSnapshots, the latest last; none if the queue could never be read.", {
            type: "array",
            items: refer("OverviewSnapshot"),
          }),
        },
      },
    },
    {
      method: "GET",
      path: paths.overviewDay,
      purpose: "figures",
      async handle(ctx) {
        ctx.set("Cache-Control", "no-store");
        const page = await renderDayPage(await day.read(), siteFor(ctx.state.visitor));
        ctx.type = "html";
        ctx.body = page;
      },
    },
    {
      method: "GET",
      path: paths.overviewBuckets,
      purpose: "figures",
      async handle(ctx) {
        ctx.set("Cache-Control", "no-store");
        ctx.body = await day.read();
      },
      operation: {
        operationId: "readDay",
        tags: ["queue"],
        summary: "The queue as a whole in the last 24 hours, five minutes each.",
        description:
          "Kept in Redis, so that it outlives the producer; five minutes of which nothing is known are left out.",
        parameters: [],
        components: { OverviewBucket: bucketSchema },
        responses: {
          200: json("OverviewBuckets, the latest last.", {
            type: "array",
            items: refer("OverviewBucket"),
          }),
          503: problem("Redis is away; see Retry-After."),
        },
      },
    },
    {
      method: "GET",
      path: paths.overviewEvents,
      purpose: "figures",
      handle: sendEvents,
      operation: {
        operationId: "watchQueue",
        tags: ["queue"],
        summary: "The queue as a whole, pushed once a second.",
        description:
          "Server-sent events, for ten minutes at most: then ask again, with the id of the last event.",
        parameters: [
          {
            name: "Last-Event-ID",
            in: "header",
            description: "Sends of the last ten minutes only what is newer than this event.",
            schema: { type: "string" },
            example: "2026-01-31T12:00:00.000Z",
          },
        ],
        components: { OverviewSnapshot: snapshotSchema, OverviewEvent: overviewEvent },
        responses: {
          200: events(
            "Events named snapshots whose data is a list of OverviewSnapshot.",
            "OverviewEvent",
          ),
          429: problem("Too many requests or open streams of this client; see Retry-After."),
          503: problem("Too many watch already; see Retry-After."),
        },
      },
    },
  ];
}

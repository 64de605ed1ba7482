import { callbackLimits } from "../../contract/callbacks.ts";
import { paths } from "../../contract/paths.ts";
import { createTurns } from "../../service/turns.ts";
import type { Tasks } from "../../task/registry.ts";
import { createBatchQuota } from "../http/batch-quota.ts";
import { jsonBytes } from "../http/body.ts";
import { RequestError } from "../http/errors.ts";
import { json, problem, refer } from "../http/operation.ts";
import { refuseIfMatch } from "../http/preconditions.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { readRows } from "../http/rows.ts";
import { maxBatchKey, piecesAtOnce, submitBatch } from "./batch.ts";
import { assertTakeable, batchComponents, createRowRefusals, tellBatch } from "./batch-answer.ts";
import { parseRows } from "./batch-rows.ts";
import type { Jobs } from "./jobs.ts";
import { submitterOf } from "./submitters.ts";
import { describeRows, describeRowExamples } from "./task-schemas.ts";

const limits = { maxRows: 1_000, maxBytes: jsonBytes, maxBodyBytes: 4_194_304 };
const keyPattern = new RegExp(`^[\\x21-\\x7e]{1,${maxBatchKey}}$`);
const tooMany = "too many submissions from here";

/** Queues many jobs. */
export function createBatchRoute({
  jobs,
  tasks,
  rateLimit,
}: {
  readonly jobs: Jobs;
  readonly tasks: Tasks;
  readonly rateLimit: RateLimit;
}): Route {
  const quota = createBatchQuota();
  const turns = createTurns(piecesAtOnce);
  const submit = jobs.submit.bind(jobs);
  return {
    method: "POST",
    path: paths.batch,
    async handle(ctx) {
      // Pays for the first row; a batch without any has cost something, too.
      await rateLimit.count(ctx, tooMany);
      refuseIfMatch(ctx.headers["if-match"]);
      const idempotencyKey = ctx.headers["idempotency-key"]?.toString();
      assertBatchKey(idempotencyKey);
      const leave = quota.enter(ctx);
      try {
        const rows = readRows(ctx, limits);
        const result = await submitBatch(
          { submit, turns, refuse: createRowRefusals() },
          {
            rows: parseRows(rows, limits),
            idempotencyKey,
            common: {
              ...submitterOf(ctx),
              source: "api",
              context: ctx.state.trace,
              pointer: "/input",
              callbackUrl: readCallbackUrl(ctx.query["callback_url"]),
            },
            count: countRows(ctx, rateLimit),
          },
        );
        if (result.results.length === 0) throw result.unread ?? refuseEmpty();
        assertTakeable(result);
        ctx.set("Cache-Control", "no-store");
        ctx.body = tellBatch(result);
      } finally {
        leave();
      }
    },
    operation: {
      operationId: "submitJobs",
      tags: ["jobs"],
      summary: "Queue up to 1,000 jobs.",
      description:
        "Each row is taken or refused by itself, as if it had been sent alone: it counts as a " +
        "submission, and an id that is told is durable. Rows are read as they come: where a " +
        "connection breaks off, those that came before may have been queued. Sent again with the " +
        "same Idempotency-Key, or with the rows' own keys, the batch makes no second job of any, " +
        "and tells the same ids. At most 4 MB, 64 KB a row, and two batches of a client at once.",
      parameters: [
        {
          name: "Idempotency-Key",
          in: "header",
          description:
            "Rows without a key of their own have this one, a slash and their number, such as " +
            "`KEY/7`. Random, such as a UUID. Each submitter with a name has keys of their own.",
          schema: { type: "string", pattern: keyPattern.source },
        },
        {
          name: "callback_url",
          in: "query",
          description: "Holds for rows without a callback_url of their own.",
          schema: { type: "string", format: "uri", maxLength: callbackLimits.urlBytes },
        },
      ],
      requestBody: { required: true, content: describeContent(tasks) },
      components: { ...batchComponents, ...describeRows(tasks) },
      responses: {
        200: json(
          "What became of each row, which may be that it was refused.",
          refer("BatchAnswer"),
        ),
        400: problem("The body is no JSON array, has no rows, or the Idempotency-Key is none."),
        403: problem("A browser sent it for another site, or the token may only look."),
        412: problem("There is no version of anything that If-Match could ask for."),
        413: problem("The body is too large."),
        415: problem("The body is neither application/x-ndjson nor application/json."),
        429: problem(
          "Too many submissions, or two batches of this client are under way; see Retry-After.",
        ),
        503: problem(
          "The queue can take none of the rows now, each of which it refused; kind says whether it may have taken some.",
        ),
      },
    },
  };
}

function describeContent(tasks: Tasks): object {
  const rows = describeRowExamples(tasks);
  const tell = (value: unknown) =>
    rows.length > 0 && { examples: { tasks: { summary: "The tasks' examples.", value } } };
  return {
    "application/json": {
      schema: { type: "array", items: refer("Row"), minItems: 1, maxItems: limits.maxRows },
      ...tell(rows),
    },
    "application/x-ndjson": {
      schema: {
        type: "string",
        description: "A row in each line, whose number is its own; blank lines are none.",
      },
      ...tell(rows.map((row) => `${JSON.stringify(row)}\n`).join("")),
    },
  };
}

/** Returns what counts the rows of a request as submissions of its client; the first one has been counted. */
export function countRows(ctx: RouteContext, rateLimit: RateLimit): () => Promise<void> {
  let isFirst = true;
  return async () => {
    if (isFirst) isFirst = false;
    else await rateLimit.count(ctx, tooMany);
  };
}

function assertBatchKey(key: string | undefined): void {
  if (key === undefined || keyPattern.test(key)) return;
  throw new RequestError(
    400,
    `the Idempotency-Key of a batch must be 1 to ${maxBatchKey} printable ASCII characters without spaces`,
  );
}

function readCallbackUrl(value: string | string[] | undefined): string | undefined {
  if (!Array.isArray(value)) return value;
  throw new RequestError(400, `got ${value.length} of callback_url, expected one`);
}

function refuseEmpty(): RequestError {
  return new RequestError(
    400,
    'the body has no rows, expected {"task": "…", "input": {…}} in each',
  );
}

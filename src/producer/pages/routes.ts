import { randomUUID } from "node:crypto";
import type { ParameterizedContext } from "koa";
import { paths } from "../../contract/paths.ts";
import type { Tasks } from "../../task/registry.ts";
import { assertPlain, readForm } from "../http/body.ts";
import { RequestError, UnavailableError } from "../http/errors.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Route } from "../http/route.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { createFields, parseFields } from "./fields.ts";
import { renderFormPage, type TaskForm } from "./form-page.ts";
import { renderJobPage } from "./job-page.ts";

const keyField = "idempotency_key";

export interface PageRoutesDeps {
  readonly jobs: Jobs;
  readonly tasks: Tasks;
  readonly rateLimit: RateLimit;
}

/** The pages for people. They work without JavaScript. */
export function createPageRoutes({ jobs, tasks, rateLimit }: PageRoutesDeps): Route[] {
  const forms = [...tasks].map(([name, task]) => ({
    name,
    task,
    fields: createFields(task),
  }));
  const formOf = (name: string | undefined) => {
    const form = forms.find((candidate) => candidate.name === name);
    if (form === undefined) throw new RequestError(404, `there is no task "${name}"`);
    return form;
  };
  const show = async (ctx: ParameterizedContext, shown: readonly TaskForm[]) => {
    let recent;
    try {
      recent = await jobs.recent();
    } catch (error) {
      // The form is of use without the list, and says so.
      if (!(error instanceof UnavailableError)) throw error;
    }
    sendPage(ctx, await renderFormPage(shown, recent));
  };

  return [
    {
      method: "GET",
      path: paths.form,
      handle: (ctx) =>
        show(
          ctx,
          forms.map((form) => ({ ...form, idempotencyKey: randomUUID() })),
        ),
    },
    {
      method: "POST",
      path: `${paths.tasks}/:name`,
      async handle(ctx) {
        const form = formOf(ctx.params["name"]);
        const keep = (fields: ReadonlyMap<string, string>) => {
          ctx.state.resend = { action: ctx.path, fields };
        };
        try {
          await rateLimit.count(ctx, "too many submissions from here");
        } catch (error) {
          // Whoever typed it need not type it again; a form that cannot be read is refused all the same.
          await readForm(ctx).then(keep, () => undefined);
          throw error;
        }
        const sent = new Map(await readForm(ctx));
        keep(new Map(sent));
        const idempotencyKey = sent.get(keyField) ?? randomUUID();
        sent.delete(keyField);
        const input = parseFields(form.fields, sent);
        try {
          assertPlain(input);
          const { job } = await jobs.submit({
            task: form.name,
            input,
            idempotencyKey,
            source: "form",
            context: ctx.state.trace,
            pointer: "",
          });
          ctx.status = 303;
          ctx.redirect(job.links.page);
        } catch (error) {
          if (!(error instanceof RequestError) || error.errors.length === 0) throw error;
          await show(ctx, [{ ...form, idempotencyKey, sent, errors: error.errors }]);
          ctx.status = error.status;
        }
      },
    },
    {
      method: "GET",
      path: `${paths.jobs}/:id`,
      async handle(ctx) {
        const job = await jobs.find(ctx.params["id"]);
        sendPage(ctx, await renderJobPage(job, jobs.linksTo(job)));
      },
    },
  ];
}

function sendPage(ctx: ParameterizedContext, page: string): void {
  ctx.type = "html";
  // Going back must fetch a new form, with a new key, rather than show the one that was sent.
  ctx.set("Cache-Control", "no-store");
  ctx.body = page;
}

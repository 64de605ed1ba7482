import {
  type FilterProblem,
  type FilterState,
  filterStates,
  parseJobFilter,
} from "../../../contract/job-filter.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { ReadIdSecret } from "../../../queue/id-secret.ts";
import type { Tasks } from "../../../task/registry.ts";
import type { IndexedPage, JobIndex, StateCounts } from "../../explorer/job-index.ts";
import { RequestError } from "../../http/errors.ts";
import type { Desks } from "../../jobs/desk.ts";
import type { ConsoleContext, ConsoleRoute } from "../route.ts";
import { createConsoleSite } from "../site.ts";
import { wantsPage } from "../wants-page.ts";
import { renderFailuresPage } from "./failures-page.ts";
import { tellGroup, tellJob, tellStanding } from "./job-json.ts";
import { listFailures, listJobs } from "./list-operations.ts";
import { lookUp } from "./look-up.ts";
import { renderExplorerPage } from "./page.ts";
import { readShownJobs } from "./shown-jobs.ts";
import { type SearchProgress, searchTexts } from "./text-search.ts";
import { addressOf, type ExplorerView, formatCursor, readView, sortedBy } from "./view.ts";

export interface ExplorerRoutesDeps {
  readonly index: JobIndex;
  readonly idSecret: ReadIdSecret;
  readonly desks: Desks;
  readonly tasks: Tasks;
}

const stateNames = Object.keys(filterStates) as FilterState[];

/** Finds jobs, as a page or as JSON for programs: the address says which, in which order. */
export function createExplorerRoutes(deps: ExplorerRoutesDeps): readonly ConsoleRoute[] {
  const { index, desks, tasks } = deps;
  const titleOf = (task: string) => tasks.get(task)?.title ?? task;
  const showJobs = async (ctx: ConsoleContext) => {
    const view = readView(new URLSearchParams(ctx.querystring), Date.now());
    ctx.set("Cache-Control", "no-store");
    const isPage = wantsPage(ctx);
    if (!isPage) refuseProblems(view.problems);
    const { group } = view.filter;
    const [counts, standing, groups] = await Promise.all([
      index.counts(view.filter),
      index.standing(),
      isPage && group !== undefined ? index.groups({ group }) : [],
    ]);
    const page = await findPage(deps, view, { counts, submitters: standing.submitters });
    if (!isPage) {
      const [first, last] = [page.jobs[0], page.jobs.at(-1)];
      const turn = (side: "before" | "after", job: typeof first) =>
        job && addressOf(view, { [side]: formatCursor(sortedBy(view, job), job.id) });
      ctx.body = {
        jobs: page.jobs.map(tellJob),
        counts,
        previous: (page.hasBefore && turn("before", first)) || null,
        next: page.progress?.next ?? ((page.hasAfter && turn("after", last)) || null),
        ...(page.progress && { read: page.progress.read, total: page.progress.total }),
        index: tellStanding(standing),
      };
      return;
    }
    if (view.problems.length > 0) ctx.status = 400;
    ctx.type = "html";
    ctx.body = await renderExplorerPage({
      ...page,
      view,
      jobs: await readShownJobs(desks, page.jobs),
      counts,
      standing,
      group: groups[0],
      progress: page.progress,
      choices: {
        tasks: [...tasks.keys()].map((name) => [name, titleOf(name)] as const),
        queues: [...desks.keys()],
        submitters: standing.submitters,
      },
      titleOf,
      site: createConsoleSite(ctx.state.operator),
    });
  };
  const showFailures = async (ctx: ConsoleContext) => {
    const parameters = new URLSearchParams(ctx.querystring);
    const { filter, problems } = readFailuresFilter(parameters);
    ctx.set("Cache-Control", "no-store");
    const isPage = wantsPage(ctx);
    if (!isPage) refuseProblems(problems);
    const [groups, standing] = await Promise.all([index.groups(filter), index.standing()]);
    if (!isPage) {
      ctx.body = { groups: groups.map(tellGroup), index: tellStanding(standing) };
      return;
    }
    if (problems.length > 0) ctx.status = 400;
    ctx.type = "html";
    ctx.body = await renderFailuresPage({
      view: { parameters },
      problems,
      groups,
      standing,
      titleOf,
      site: createConsoleSite(ctx.state.operator),
    });
  };
  const { api } = consolePaths;
  return [
    {
      method: "GET",
      paths: [consolePaths.jobs, api.jobs],
      handle: showJobs,
      operation: listJobs,
    },
    {
      method: "GET",
      paths: [consolePaths.failures, api.failures],
      handle: showFailures,
      operation: listFailures,
    },
  ];
}

/** The index keeps no text of jobs, and counts all failures of a kind. */
function readFailuresFilter(parameters: URLSearchParams): ReturnType<typeof parseJobFilter> {
  const { filter, problems } = parseJobFilter(parameters, { nowMs: Date.now() });
  if (filter.text === undefined) return { filter, problems };
  const detail = "failures are not found by a text, expected another parameter, or /jobs";
  return { filter, problems: [...problems, { parameter: "text", detail }] };
}

function refuseProblems([problem]: readonly FilterProblem[]): void {
  if (problem !== undefined) {
    throw new RequestError(400, `"${problem.parameter}": ${problem.detail}`);
  }
}

interface FoundPage extends IndexedPage {
  readonly progress: SearchProgress | undefined;
}

async function findPage(
  { index, idSecret, desks, tasks }: ExplorerRoutesDeps,
  view: ExplorerView,
  { counts, submitters }: { readonly counts: StateCounts; readonly submitters: readonly string[] },
): Promise<FoundPage> {
  const { filter, sort, cursor, limit } = view;
  if (filter.text === undefined) {
    return { ...(await index.page(filter, sort, cursor, limit)), progress: undefined };
  }
  const onOnePage = { hasBefore: false, hasAfter: false };
  if (cursor === undefined) {
    const jobs = await lookUp({ index, idSecret, tasks: [...tasks.keys()], submitters }, filter);
    if (jobs.length > 0) return { jobs, ...onOnePage, progress: undefined };
  }
  const total = (filter.states ?? stateNames).reduce((sum, state) => sum + counts[state], 0);
  return { ...(await searchTexts({ index, desks }, view, total)), ...onOnePage };
}

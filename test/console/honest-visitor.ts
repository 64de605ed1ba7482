import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { paths } from "../../src/contract/paths.ts";
import { type AnyJobStatus, jobStatus } from "../../src/producer/jobs/job-schema.ts";
import { submitUntilTaken } from "../support/honest-client.ts";

/** What honest clients have seen while somebody else did mischief. */
export interface Experience {
  /** Jobs by how they ended for their client. */
  readonly outcomes: Map<string, number>;
  /** Answers that no client should ever get: method and path, status and the answer's beginning. */
  readonly faults: string[];
  /** Ids of jobs, the latest last. */
  readonly ids: string[];
  /** Answers 503 to who only reads: Redis was asked, and did not answer in time. */
  unavailable: number;
  submitted: number;
}

const patienceMs = 3_000;
const division = z.object({ x: z.number(), y: z.number() });

/** Submits a division, follows it as long as it has patience, and notes whether it was told the truth. */
export async function submitAndFollow(url: string, seen: Experience): Promise<void> {
  const x = seen.submitted++;
  const y = x % 5;
  const body = { task: "quotient", input: { x, y, delayMs: x % 200 } };
  const id = await submitUntilTaken(url, body, () => undefined);
  seen.ids.push(id);
  if (seen.ids.length > 200) seen.ids.shift();
  const outcome = await follow(url, id, { y, seen });
  seen.outcomes.set(outcome, (seen.outcomes.get(outcome) ?? 0) + 1);
}

interface Followed {
  /** The divisor that was sent. */
  readonly y: number;
  readonly seen: Experience;
}

async function follow(url: string, id: string, { y, seen }: Followed): Promise<string> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const response = await visit(`${url}${paths.api}/${id}`, seen);
    if (response.status === 404) return "removed";
    if (response.status !== 200) return `answered ${response.status}`;
    const job = jobStatus.parse(JSON.parse(response.text));
    if (job.attempts > job.max_attempts) {
      seen.faults.push(`job ${id} shows ${job.attempts} of ${job.max_attempts} attempts`);
    }
    if (job.status === "succeeded" || job.status === "failed") return judge(job, { y, seen });
    await sleep(50);
  }
  return "still waiting";
}

type Job = AnyJobStatus;

/** An end must be true of the input that was sent. */
function judge(job: Job, { y: sent, seen }: Followed): string {
  const { x, y } = division.safeParse(job.input).data ?? {};
  if (job.status === "failed") {
    const told = job.error_type ?? "";
    const lied = told === "invalid_input" || (told === "division_by_zero" && sent !== 0);
    if (lied) seen.faults.push(`job ${job.id} blames its submitter: ${JSON.stringify(job)}`);
    return `failed as ${told}`;
  }
  const right = x !== undefined && y !== undefined && job.result === x / y;
  if (right) return "succeeded";
  seen.faults.push(`job ${job.id} has a wrong result: ${JSON.stringify(job)}`);
  return "succeeded wrongly";
}

/** Reads pages and metrics as people and Prometheus do, again and again. */
export async function lookAround(urls: readonly string[], url: string, seen: Experience) {
  const id = seen.ids.at(-1) ?? "nope";
  for (const one of [...urls, `${url}/`, `${url}${paths.overview}`, `${url}${paths.jobs}/${id}`]) {
    await visit(one, seen);
  }
  await watch(`${url}${paths.api}/${id}/events`, seen);
}

async function watch(url: string, seen: Experience): Promise<void> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(300) });
    note(url, response.status, "", seen);
    await response.text();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

async function visit(url: string, seen: Experience) {
  const response = await fetch(url);
  const text = await response.text();
  note(url, response.status, text, seen);
  return { status: response.status, text };
}

function note(url: string, status: number, text: string, seen: Experience): void {
  if (status === 503) seen.unavailable += 1;
  else if (status >= 500) seen.faults.push(`GET ${url} answered ${status} ${text.slice(0, 200)}`);
  if (/^taskqueue_.* (NaN|Nan|[+-]Inf)/m.test(text)) seen.faults.push(`GET ${url} has a NaN`);
}

import type { JobAttempt, SomeJob } from "../../src/client/job.ts";
import { until } from "./until.ts";

/** A job as the API tells it, as far as tests look. */
export interface JobAnswer {
  readonly id: string;
  readonly queue: string;
  readonly status: string;
  readonly result?: unknown;
  readonly error_type?: string;
  readonly error?: string;
  readonly attempts: number;
  readonly created_at?: string;
  readonly started_at?: string;
  readonly finished_at?: string;
  readonly input: unknown;
  readonly trace_id?: string;
  readonly waiting?: {
    readonly reason: string;
    readonly ahead?: number;
    readonly retry_at?: string;
  };
  readonly resubmit_of?: string;
  readonly resubmitted?: number;
  readonly resubmitted_as?: readonly string[];
  readonly history?: readonly JobAttempt[];
  readonly history_omitted?: number;
  readonly history_retries?: SomeJob["history_retries"];
}

export async function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** Submits a division through the API; throws unless it is taken. */
export async function submitDivision(
  url: string,
  input: { x: number; y: number; delayMs?: number },
  headers: Record<string, string> = {},
): Promise<JobAnswer> {
  const body = { task: "quotient", input: { delayMs: 0, ...input } };
  const response = await postJson(`${url}/api/v1/jobs`, body, headers);
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  return readBody(response);
}

export async function readJob(url: string, id: string): Promise<JobAnswer> {
  return readBody(await fetch(`${url}/api/v1/jobs/${id}`));
}

/** Waits until the job has ended, well or not. */
export async function untilFinal(url: string, id: string, ms = 40_000): Promise<JobAnswer> {
  return until(
    `job ${id} to end`,
    async () => {
      const job = await readJob(url, id);
      return (job.status === "succeeded" || job.status === "failed") && job;
    },
    ms,
  );
}

/** The body as whatever the test expects it to be: a body of another shape fails its assertions. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function readBody(response: Response): Promise<any> {
  return response.json();
}

/**
 * What a service answers once it is ready: where something else takes the machine, Redis may miss
 * the half second that it is given.
 */
export async function untilReady(url: string): Promise<Response> {
  return until(`${url} to be ready`, async () => {
    const response = await fetch(`${url}/readyz`);
    return response.ok && response;
  });
}

import type { UnavailableKind } from "../../contract/failures.ts";
import { unavailability } from "../http/errors.ts";
import type { Problem } from "../http/error-responses.ts";
import { asSentence } from "./sentence.ts";

/**
 * What somebody was about to do: to send a form, which could be read or not, or a file, to submit a file
 * that was sent before, to look at a job, to do something to one that may be done twice, or that may not, or anything else.
 */
export type Attempted =
  | "submission"
  | "unread submission"
  | "file"
  | "batch"
  | "job"
  | "action"
  | "deed"
  | "other";

/** What a page says of an error: what has happened to this person's job, and what to do. */
export interface ErrorWords {
  readonly title: string;
  readonly text: string;
}

/** Of each kind of 503, what is the matter. */
const matters: Readonly<Record<UnavailableKind, string>> = {
  not_ready: "The queue cannot be reached now.",
  unknown: "The queue did not answer in time.",
  storage_full: "The queue has no room left now.",
  overloaded: "Too many jobs are waiting now.",
  memory_low: "The queue's memory is nearly used up now.",
  too_many_reads: "Too much is being read at once.",
  too_many_streams: "Too many pages are being kept current at once.",
};

const notQueued = "Your job was not queued";
const kept = "What you entered is kept here.";

export function describeError(problem: Problem, attempted: Attempted): ErrorWords {
  const { status, title, detail, kind } = problem;
  const matter =
    kind !== undefined && kind in unavailability
      ? matters[kind as UnavailableKind]
      : asSentence(detail);
  if (attempted === "submission") return describeSubmission(problem, matter);
  if (attempted === "unread submission") return describeUnread(status, matter);
  const isPassing = status === 429 || status >= 500;
  if (!isPassing) return { title, text: matter };
  if (attempted === "file") {
    return {
      title: "The file was not taken",
      text: `${matter} Nothing of it was submitted. Go back, and send it again later.`,
    };
  }
  if (attempted === "batch") {
    return {
      title: "Not all rows were submitted",
      text: `${matter} The rows that were submitted stay so. Try again in a moment: no row makes a second job.`,
    };
  }
  if (attempted === "action") {
    return {
      title: "This may not have been done",
      text: `${matter} Go back, and try again in a moment: to do it twice does no harm.`,
    };
  }
  if (attempted === "deed") {
    return {
      title: "This may not have been done",
      text: `${matter} Go back, and look whether it was before you try again.`,
    };
  }
  const reloads =
    status === 500 ? "Load this page again in a moment." : "This page tries again by itself.";
  return attempted === "job"
    ? {
        title: "The job cannot be shown now",
        text: `${matter} The job is neither lost nor stopped by this. ${reloads}`,
      }
    : { title: "This cannot be shown now", text: `${matter} ${reloads}` };
}

function describeSubmission({ status, title, kind }: Problem, matter: string): ErrorWords {
  if (status === 409) {
    return {
      title: notQueued,
      text: "This form was sent before, and what was sent then is another input, or cannot be read any more. Go back to the form and fill in a new one.",
    };
  }
  if (kind === "unknown" || status === 500) {
    return {
      title: "Your job may have been queued",
      text: `${matter} Whether your job was queued is not known. Try again: that makes one job, also if it was queued already. ${kept}`,
    };
  }
  if (status !== 429 && status !== 503) return { title, text: matter };
  return { title: notQueued, text: `${matter} ${kept} Try again in a moment.` };
}

function describeUnread(status: number, matter: string): ErrorWords {
  // There is no such task, and will be none.
  if (status === 404) return { title: notQueued, text: matter };
  const text =
    status === 413 ? "What you entered is longer than a form may be: shorten it." : matter;
  return { title: notQueued, text: `${text} Go back, and send the form again.` };
}

import { RefusedError, UnansweredError, UnendedError } from "../../client/errors.ts";
import { type ExitCode, exitCodes, UsageError } from "./exit-codes.ts";
import { UnreadOffersError } from "./offers.ts";
import { describeProgress } from "./terminal.ts";

/**
 * What went wrong and what to do, in lines, and the exit code. Throws again what is nobody's fault but
 * ours.
 */
export function explain(
  error: unknown,
  sent: { readonly hasToken: boolean },
): { readonly said: string; readonly code: ExitCode } {
  if (error instanceof UsageError) return { said: error.message, code: exitCodes.unusable };
  if (error instanceof UnendedError) {
    const { message, job } = error;
    const state = job === undefined ? "" : `; it is ${describeProgress(job)}`;
    return { said: `${message}${state}`, code: exitCodes.unended };
  }
  if (error instanceof RefusedError) {
    const code = isMistake(error) ? exitCodes.unusable : exitCodes.unserved;
    const said = error.status === 401 ? `${error.message}\n${adviseOnToken(sent)}` : error.message;
    return { said, code };
  }
  if (error instanceof UnansweredError || error instanceof UnreadOffersError) {
    const advice = 'start it with "npm start", or set TRIPOD_URL to where it is';
    return { said: `${error.message}\n${advice}`, code: exitCodes.unserved };
  }
  throw error;
}

/** The sender's, for which there is nothing to wait. */
function isMistake({ status }: RefusedError): boolean {
  return [400, 409, 413, 422].includes(status);
}

/** What to do where a token is needed, or another one. */
export function adviseOnToken({ hasToken }: { readonly hasToken: boolean }): string {
  const what = hasToken ? "the one in TRIPOD_TOKEN is none: set it" : "set TRIPOD_TOKEN";
  return `${what} to one that "npm run user -- token NAME --role submit" has made there`;
}

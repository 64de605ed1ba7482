import { z } from "zod";
import { type FailureClass, failureClasses } from "../../contract/failures.ts";

/** Why a job, or an attempt at it, has failed. */
export const failureClass = z.enum(
  Object.keys(failureClasses) as [FailureClass, ...FailureClass[]],
);

import { z } from "zod";
import { actOutcomes, type ActOutcome } from "../../../contract/actions.ts";
import type { AuditEntry, AuditPage } from "../../../queue/audit.ts";

const entry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    by: z.string().meta({ description: "Who, as the file of users calls them." }),
    role: z.string(),
    from: z.string().meta({ description: "The address that it came from." }),
    on: z.string().meta({ description: "What it was done to, such as a job." }),
    target: z.string().meta({ description: "Which one." }),
    action: z.string(),
    reason: z.string().nullable(),
    outcome: z
      .enum(Object.keys(actOutcomes) as [ActOutcome, ...ActOutcome[]])
      .nullable()
      .meta({ description: "Null while it goes on, or where nobody knows how it has ended." }),
    detail: z.string().nullable(),
  })
  .meta({ id: "AuditEntry", description: "What somebody has asked for, and what came of it." });

/** What programs are told of who did what. */
export const toldAudit = z
  .object({
    entries: z.array(entry),
    before: z.string().nullable().meta({
      description: "Before which entry the next page begins, if there is one.",
    }),
  })
  .meta({ description: "A page of entries, the latest first." });

/** A page of the audit as programs are told of it. */
export function tellAudit({ entries, before }: AuditPage): z.infer<typeof toldAudit> {
  return { entries: entries.map(tellEntry), before: before ?? null };
}

function tellEntry({ id, at, end, reason, ...act }: AuditEntry): z.infer<typeof entry> {
  return {
    id,
    at: new Date(at).toISOString(),
    ...act,
    reason: reason ?? null,
    outcome: end?.outcome ?? null,
    detail: end?.detail ?? null,
  };
}

/** How a job stands, as the API tells it; `lost` when it was taken and is not known any more. */
export type Standing =
  | { readonly status: "waiting" | "working" | "succeeded" | "lost" }
  | { readonly status: "failed"; readonly error_type: string };
type Status = Standing["status"];

/** What became of everything that was submitted. */
export interface Ledger {
  /** Notes that something is submitted, before there is an answer. */
  submit(): void;
  /** Notes a job that was taken. */
  take(id: string): void;
  /** Notes a submission that was refused as invalid. */
  refuse(): void;
  settle(id: string, standing: Standing): void;
  /** Jobs that have not ended. */
  open(): string[];
  readonly refused: number;
  /** Submissions without an answer; each may have been taken or not. */
  readonly unanswered: number;
  readonly counts: Readonly<Record<Status, number>>;
  /** How many failed, by class. */
  readonly failures: Readonly<Record<string, number>>;
  readonly lost: readonly string[];
}

export function createLedger(): Ledger {
  const jobs = new Map<string, Standing>();
  let submitted = 0;
  let refused = 0;
  const idsOf = (...statuses: readonly Status[]) =>
    [...jobs].filter(([, { status }]) => statuses.includes(status)).map(([id]) => id);
  return {
    submit: () => void (submitted += 1),
    take: (id) => void jobs.set(id, { status: "waiting" }),
    refuse: () => void (refused += 1),
    settle: (id, standing) => void jobs.set(id, standing),
    open: () => idsOf("waiting", "working"),
    get refused() {
      return refused;
    },
    get unanswered() {
      return submitted - refused - jobs.size;
    },
    get counts() {
      return {
        waiting: idsOf("waiting").length,
        working: idsOf("working").length,
        succeeded: idsOf("succeeded").length,
        failed: idsOf("failed").length,
        lost: idsOf("lost").length,
      };
    },
    get failures() {
      const failures: Record<string, number> = {};
      for (const job of jobs.values()) {
        if (job.status === "failed") failures[job.error_type] = (failures[job.error_type] ?? 0) + 1;
      }
      return failures;
    },
    get lost() {
      return idsOf("lost");
    },
  };
}

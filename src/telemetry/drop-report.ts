import type { DropReason, OtlpSignal } from "../contract/telemetry.ts";

const minuteMs = 60_000;

/** What a signal has lost since it was last said. */
export interface Loss {
  readonly signal: OtlpSignal;
  readonly lost: Readonly<Partial<Record<DropReason, number>>>;
  /** What the receiver, or the way to it, last said. */
  readonly problem: string | undefined;
}

export interface DropReport {
  note(signal: OtlpSignal, reason: DropReason, count: number, error?: Error): void;
  /** Says at once what has not been said yet. */
  flush(): void;
}

interface Minute {
  lost: Partial<Record<DropReason, number>>;
  problem: string | undefined;
  readonly timer: NodeJS.Timeout;
}

/** Says a loss at once, and what follows once a minute for as long as it goes on. */
export function openDropReport(say: (loss: Loss) => void): DropReport {
  const minutes = new Map<OtlpSignal, Minute>();
  const tell = (signal: OtlpSignal) => {
    const minute = minutes.get(signal);
    if (minute === undefined || Object.keys(minute.lost).length === 0) return;
    const { lost, problem } = minute;
    minute.lost = {};
    say({ signal, lost, problem });
  };
  return {
    note(signal, reason, count, error) {
      let minute = minutes.get(signal);
      const isFirst = minute === undefined;
      minute ??= {
        lost: {},
        problem: undefined,
        timer: setInterval(() => {
          if (Object.keys(minutes.get(signal)?.lost ?? {}).length > 0) return tell(signal);
          clearInterval(minutes.get(signal)?.timer);
          minutes.delete(signal);
        }, minuteMs).unref(),
      };
      minutes.set(signal, minute);
      minute.lost[reason] = (minute.lost[reason] ?? 0) + count;
      minute.problem = error?.message ?? minute.problem;
      if (isFirst) tell(signal);
    },
    flush() {
      for (const [signal, { timer }] of minutes) {
        tell(signal);
        clearInterval(timer);
      }
      minutes.clear();
    },
  };
}

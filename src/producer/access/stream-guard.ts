import { PassThrough } from "node:stream";

/** So that all is over within ten seconds of a change in the file of users, which may count as doubtful for five. */
const lookMs = 3_000;

export interface StreamGuard {
  /** Ends this answer once what it was given for holds no longer; one that is no event stream ends by itself. */
  watch(body: unknown, holds: () => Promise<boolean>): void;
}

/** Looks after the event streams of those who have a name. One timer looks at all, while there are any. */
export function createStreamGuard(): StreamGuard {
  const watched = new Map<PassThrough, () => Promise<boolean>>();
  let looking: NodeJS.Timeout | undefined;
  const look = () => {
    for (const [stream, holds] of watched) {
      // What cannot be asked now is asked again.
      holds().then(
        (stillHolds) => {
          if (!stillHolds) stream.destroy();
        },
        () => undefined,
      );
    }
  };
  return {
    watch(body, holds) {
      if (!(body instanceof PassThrough) || body.destroyed) return;
      watched.set(body, holds);
      looking ??= setInterval(look, lookMs).unref();
      body.once("close", () => {
        watched.delete(body);
        if (watched.size > 0) return;
        clearInterval(looking);
        looking = undefined;
      });
    },
  };
}

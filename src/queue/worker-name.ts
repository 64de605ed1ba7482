/** Where a worker runs, as its name tells. */
export interface WorkerPlace {
  readonly host: string;
  /** The start of the release's name; `undefined` where it has none. */
  readonly release?: string | undefined;
}

const releaseLength = 7;
/** What a release is called that nobody has named. */
const unnamed = "unknown";

/**
 * A worker's name in Redis, `HOST@RELEASE-UNIQUE`: each job that it takes keeps it, and so tells
 * where it ran. Of each part what a name of a client may not have is replaced by `_`.
 */
export function createWorkerName({ host, release = unnamed }: WorkerPlace, unique: string): string {
  const [ownHost, ownRelease, ownPart] = [
    host.slice(0, 100),
    release.slice(0, releaseLength),
    unique,
  ];
  return `${clean(ownHost)}@${clean(ownRelease)}-${clean(ownPart)}`;
}

function clean(part: string): string {
  return part.replace(/[^\w.-]/g, "_");
}

/** What a name tells; `undefined` for one that is no worker's of ours. */
export function parseWorkerName(name: string): WorkerPlace | undefined {
  const [, host, release] = /^([\w.-]+)@([\w.-]+)-[\w.]+$/.exec(name) ?? [];
  if (host === undefined) return undefined;
  return { host, ...(release !== unnamed && { release }) };
}

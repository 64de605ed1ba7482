import { userNamePattern } from "../contract/user-names.ts";

/** 48 bits: enough to tell clients apart, and short, for every job carries it. */
const ownerLength = 8;

/**
 * The option, beside BullMQ's own, that says for which client a job was submitted, whose tag is
 * given. Jobs that no client submitted have none.
 */
export function ownJob(clientTag: string): { readonly client: string } {
  return { client: clientTag.slice(0, ownerLength) };
}

/** How the option is written in Redis; in any other text of the options the quotes are escaped. */
export function markOf(owner: string): string {
  return `"client":"${owner}"`;
}

/** The owner of a job with these options, as Redis keeps them. */
export function findOwner(options: string): string | undefined {
  return /"client":"([\w-]+)"/.exec(options)?.[1];
}

/** The option that says who has submitted a job, as the file of users calls them; nothing of a stranger. */
export function bySubmitter(name: string | undefined): { readonly submitter?: string } {
  return name === undefined ? {} : { submitter: name };
}

/** The name in these options, as Redis keeps them. */
export function findSubmitter(options: string): string | undefined {
  return readName(/"submitter":"([^"\\]+)"/.exec(options)?.[1]);
}

/** The name in these options. */
export function readSubmitter(options: object): string | undefined {
  const { submitter }: { readonly submitter?: unknown } = options;
  return readName(submitter);
}

/** Whoever wrote it into Redis. */
function readName(value: unknown): string | undefined {
  return typeof value === "string" && userNamePattern.test(value) ? value : undefined;
}

/** The same options of a job that one with these submits. */
export function readOwner(options: object): {
  readonly client?: string;
  readonly submitter?: string;
} {
  const { client }: { readonly client?: unknown } = options;
  return { ...(typeof client === "string" && { client }), ...bySubmitter(readSubmitter(options)) };
}

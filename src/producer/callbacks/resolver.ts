import { lookup, Resolver } from "node:dns/promises";

/** IP addresses of a name; rejects if it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** One after the other, so that a name is found or given up within the time that a request has. */
const patience = { timeout: 2_000, tries: 2 };

/**
 * Asks name servers: `lookup` of the operating system keeps one of Node.js' few threads busy for as long as
 * a stranger's name server likes.
 */
export const resolveStranger: Resolve = async (name) => {
  const resolver = new Resolver(patience);
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (found.length > 0) return found;
  const refusal = answers.find((answer) => answer.status === "rejected");
  throw refusal?.reason ?? new Error("no address was found");
};

/** As the operating system does, by its table of hosts, too. */
export const resolveListed: Resolve = async (name) => {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
};

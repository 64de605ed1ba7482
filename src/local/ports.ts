import { once } from "node:events";
import { createServer } from "node:net";

export interface WantedPort {
  readonly port: number;
  readonly purpose: string;
  /** Environment variable that chooses another port. */
  readonly variable: string;
}

/** Throws one error that names every port that cannot be had, what it is for and how to change it. */
export async function checkPorts(wanted: readonly WantedPort[], address: string): Promise<void> {
  const problems: string[] = [];
  for (const port of wanted) {
    const problem = await findPortProblem(port, wanted, address);
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** Why the port cannot be had, what it is for and how to change it; `undefined` when it can. */
export async function findPortProblem(
  { port, purpose, variable }: WantedPort,
  others: readonly WantedPort[],
  address: string,
): Promise<string | undefined> {
  const twin = others.find((other) => other.port === port && other.variable !== variable);
  const reason =
    twin === undefined ? await refusal(port, address) : `is also given as ${twin.variable}`;
  return reason && `port ${port} (${purpose}) ${reason}; ${variable} chooses another`;
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return address.port;
}

async function refusal(port: number, address: string): Promise<string | undefined> {
  const probe = createServer().listen(port, address);
  try {
    await once(probe, "listening");
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ("code" in error && error.code === "EADDRINUSE") return "is taken";
    return `cannot be used (${error.message})`;
  } finally {
    probe.close();
  }
}

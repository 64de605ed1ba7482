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
  for (const { port, purpose, variable } of wanted) {
    const twin = wanted.find((other) => other.port === port && other.variable !== variable);
    const reason =
      twin === undefined ? await refusal(port, address) : `is also given as ${twin.variable}`;
    if (reason !== undefined) {
      problems.push(`port ${port} (${purpose}) ${reason}; ${variable} chooses another`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
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

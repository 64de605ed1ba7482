import { once } from "node:events";
import { connect } from "node:net";

const answerMs = 2_000;
const defaultPort = 6379;

/** What to do about a Redis that somebody else runs and that does not answer; `undefined` when it does. */
export async function findBrokerProblem(url: string): Promise<string | undefined> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || defaultPort,
  });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(answerMs) });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason =
      typeof code === "string" && code !== "ABORT_ERR" ? code : `${answerMs / 1_000} s`;
    return `no Redis answers at ${host} (${reason}): check that it runs there, and the address in REDIS_URL`;
  } finally {
    socket.destroy();
  }
}

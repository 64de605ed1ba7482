import type { Config } from "../service/config.ts";

/** Base URLs of what listens on this machine; an address that means all of them is shown as localhost. */
export function createOrigins({ listenAddress, ports }: Pick<Config, "listenAddress" | "ports">) {
  const host = hostOf(listenAddress);
  return {
    public: `http://${host}:${ports.public}`,
    board: `http://${host}:${ports.board}`,
    producerMetrics: `http://${host}:${ports.producerMetrics}`,
    workerMetrics: `http://${host}:${ports.workerMetrics}`,
  };
}

function hostOf(listenAddress: string): string {
  if (["127.0.0.1", "0.0.0.0", "::1", "::"].includes(listenAddress)) return "localhost";
  return listenAddress.includes(":") ? `[${listenAddress}]` : listenAddress;
}

import type { Config } from "../config.ts";
import { paths } from "../contract/topology.ts";

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

/** What a person needs to know once everything runs, line by line. */
export function createSummary({
  config,
  madeUpPassword,
  place,
}: {
  config: Config;
  /** Bull Board's, unless the user gave one. */
  madeUpPassword: string | undefined;
  /** Where the jobs are kept. */
  place: string;
}): string[] {
  const origins = createOrigins(config);
  const password = madeUpPassword ? `password ${madeUpPassword}` : "the password that was given";
  return [
    "",
    `Task form         ${origins.public}${paths.form}`,
    `Bull Board        ${origins.board}/  (user ${config.board.user}, ${password})`,
    `Producer metrics  ${origins.producerMetrics}${paths.metrics}`,
    `Worker metrics    ${origins.workerMetrics}${paths.metrics}`,
    "",
    `Jobs are kept in ${place}. Ctrl-C drains and stops everything.`,
    "",
  ];
}

function hostOf(listenAddress: string): string {
  if (["127.0.0.1", "0.0.0.0", "::1", "::"].includes(listenAddress)) return "localhost";
  return listenAddress.includes(":") ? `[${listenAddress}]` : listenAddress;
}

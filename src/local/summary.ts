import type { Config } from "../service/config.ts";
import { consolePaths, paths } from "../contract/paths.ts";
import { createOrigins } from "./origins.ts";

/** What a person needs to know once everything runs, line by line. */
export function createSummary({
  config,
  madeUpPassword,
  place,
  monitoring,
}: {
  config: Config;
  /** The console's, unless the user gave one. */
  madeUpPassword: string | undefined;
  /** Where the jobs are kept. */
  place: string;
  /** Addresses of what watches the queue. */
  monitoring: { readonly prometheus?: string | undefined; readonly grafana?: string | undefined };
}): string[] {
  const origins = createOrigins(config);
  const password = madeUpPassword ? `password ${madeUpPassword}` : "the password that was given";
  return [
    "",
    `Tasks             ${origins.public}${paths.form}`,
    `Overview          ${origins.public}${paths.overview}`,
    `Console           ${origins.board}${consolePaths.home}  (user ${config.board.user}, ${password})`,
    `Producer metrics  ${origins.producerMetrics}${paths.metrics}`,
    `Worker metrics    ${origins.workerMetrics}${paths.metrics}`,
    ...(monitoring.prometheus ? [`Prometheus        ${monitoring.prometheus}/`] : []),
    ...(monitoring.grafana ? [`Grafana           ${monitoring.grafana}/`] : []),
    "",
    "Producer and worker are loaded anew when a file of theirs in src/ changes.",
    `Jobs are kept in ${place}. Ctrl-C drains and stops everything.`,
    "",
  ];
}

import type { Mutant } from "../mutant.ts";

export const dashboardsMutants: readonly Mutant[] = [
  {
    name: "Loki deletes for whoever asks",
    change: {
      file: "dashboards/stack/loki.ts",
      from: 'deletion_mode: "disabled"',
      to: 'deletion_mode: "filter-and-delete"',
    },
    caughtBy: {
      file: "test/infra/monitor.test.ts",
      test: "Loki and Tempo are asked on loopback alone",
    },
  },
];

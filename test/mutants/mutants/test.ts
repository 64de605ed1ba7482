import type { Mutant } from "../mutant.ts";

export const testMutants: readonly Mutant[] = [
  {
    name: "everysec claimed as always, under a power cut",
    change: {
      file: "test/faults/power-cut.test.ts",
      from: "appendfsync: fsync",
      to: 'appendfsync: "everysec"',
    },
    caughtBy: { file: "test/faults/power-cut.test.ts", test: "F4" },
  },
  {
    name: "a hole in a host's firewall",
    change: {
      file: "test/hosts/security-group.ts",
      from: "    ip saddr 169.254.0.0/16 accept\n",
      to: "    ip saddr 169.254.0.0/16 accept\n    tcp dport 6379 accept\n",
    },
    caughtBy: {
      file: "test/hosts/hosts.test.ts",
      test: "everybody reaches exactly what the firewall",
    },
  },
];

import type { BootFile } from "./cloud-config.ts";
import { createScript, retry, updateLists } from "./script.ts";

/**
 * Packages that Debian lacks, with the series that our configuration was written for: apt takes the
 * newest of a series, for its fixes, and never another one.
 */
export const grafanaPackages = { grafana: "13.2", loki: "3.7", tempo: "2.10" } as const;

const host = "apt.grafana.com";
const key = "/etc/apt/keyrings/grafana.asc";

/** Apt's instructions, and the program that makes the repository known to it. */
export const grafanaRepository: readonly BootFile[] = [
  {
    path: "/etc/apt/preferences.d/grafana",
    mode: "0644",
    content: [
      // Nothing else of the repository may ever take the place of a package of Debian's.
      stanza("*", `origin ${host}`, -1),
      ...Object.entries(grafanaPackages).map(([name, series]) =>
        stanza(name, `version ${series}.*`, 990),
      ),
    ].join("\n"),
  },
  {
    // Not yet among apt's sources: without its key, apt would refuse to update any of them.
    path: "/etc/tripod/grafana.sources",
    mode: "0644",
    content: `Types: deb
URIs: https://${host}
Suites: stable
Components: main
Signed-By: ${key}
`,
  },
  {
    path: "/usr/local/sbin/tripod-grafana-repository",
    mode: "0755",
    content: createScript(`
${retry}
mkdir --parents ${key.replace(/\/[^/]+$/, "")}
retry curl --fail --silent --show-error --location --output ${key} https://${host}/gpg-full.key
cp /etc/tripod/grafana.sources /etc/apt/sources.list.d/
${updateLists}
`),
  },
];

function stanza(name: string, pin: string, priority: number): string {
  return `Package: ${name}\nPin: ${pin}\nPin-Priority: ${priority}\n`;
}

import type { BootFile } from "./cloud-config.ts";
import { createScript, retry, updateLists } from "./script.ts";

/**
 * Packages that Debian lacks, with the series that our configuration was written for: apt takes the
 * newest of a series, for its fixes, and never another one.
 */
export const grafanaPackages = { grafana: "13.2", loki: "3.7", tempo: "2.10" } as const;

/**
 * Of the key that signs the repository since August 2023, as https://apt.grafana.com publishes it.
 * A longer life of the key changes nothing in it; another key is for people to look at first.
 */
export const grafanaKeyFingerprint = "B53AE77BADB630A683046005963FA27710458545";

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
# What is published holds older keys, too: only the one we know is taken from it.
work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
retry curl --fail --silent --show-error --location --output "$work/published" https://${host}/gpg-full.key
keys() { gpg --batch --quiet --homedir "$work" "$@"; }
# Of the keys in a file; one that hides as a part of another key does not count.
fingerprints() { keys --show-keys --with-colons "$1" | awk -F: '$1 == "pub" { own = 1 } $1 == "fpr" && own { print $10; own = 0 }' || true; }
keys --import "$work/published" || true
keys --armor --export ${grafanaKeyFingerprint} > "$work/taken" || true
if [ "$(fingerprints "$work/taken")" != ${grafanaKeyFingerprint} ]; then
  echo "tripod: refused the key of ${host}: expected ${grafanaKeyFingerprint}, got" $(fingerprints "$work/published") >&2
  exit 1
fi
mkdir --parents ${key.replace(/\/[^/]+$/, "")}
mv "$work/taken" ${key}
cp /etc/tripod/grafana.sources /etc/apt/sources.list.d/
${updateLists}
`),
  },
];

function stanza(name: string, pin: string, priority: number): string {
  return `Package: ${name}\nPin: ${pin}\nPin-Priority: ${priority}\n`;
}

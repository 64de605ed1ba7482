import type { BootFile } from "./cloud-config.ts";
import { createScript } from "./script.ts";
import { createUnit } from "./unit.ts";

/** The unit and its program that put each secret into `/run/tripod/<name>`, anew at every boot. */
export function createSecretFetch(secrets: Readonly<Record<string, string>>): BootFile[] {
  return [
    { path: "/etc/systemd/system/tripod-secrets.service", mode: "0644", content: unit },
    {
      path: "/usr/local/sbin/tripod-secrets",
      mode: "0755",
      content: createSecretsScript(secrets),
    },
  ];
}

const unit = createUnit({
  unit: [
    ["Description", "Tripod's secrets, from AWS into memory"],
    ["Wants", "network-online.target"],
    ["After", "network-online.target"],
    ["StartLimitIntervalSec", "0"],
  ],
  service: [
    ["Type", "oneshot"],
    ["RemainAfterExit", "yes"],
    ["TimeoutStartSec", "infinity"],
    ["RuntimeDirectory", "tripod"],
    ["RuntimeDirectoryMode", "0700"],
    ["RuntimeDirectoryPreserve", "yes"],
    ["UMask", "0077"],
    ["ExecStart", "/usr/local/sbin/tripod-secrets"],
    // The service that waits for the secrets goes on waiting while this one tries again.
    ["Restart", "on-failure"],
    ["RestartMode", "direct"],
    ["RestartSec", "5"],
  ],
});

function createSecretsScript(secrets: Readonly<Record<string, string>>): string {
  const fetches = Object.entries(secrets).map(([name, parameter]) => `fetch ${name} ${parameter}`);
  return createScript(`
set -a; . /etc/tripod/boot.env; set +a
umask 077
fetch() {
  aws ssm get-parameter --name "$2" --with-decryption --query Parameter.Value --output text |
    tr --delete '\\n' > "/run/tripod/$1.new"
  mv "/run/tripod/$1.new" "/run/tripod/$1"
}
${fetches.join("\n")}
`);
}

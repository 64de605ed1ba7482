/**
 * A bash script that stops at its first failure and says where, on the journal and on the console
 * that `aws ec2 get-console-output` shows.
 */
export function createScript(body: string): string {
  return `#!/bin/bash
set -Eeuo pipefail
umask 022
complain() { echo "tripod: $0 failed at line $1: $2" | tee /dev/console >&2 || true; }
trap 'complain "$LINENO" "$BASH_COMMAND"' ERR
${body.trim()}
`;
}

/** Shell function: tries a command for about five minutes, for mirrors and AWS have bad moments. */
export const retry = `retry() {
  local attempt
  for attempt in {1..30}; do
    if "$@"; then return 0; fi
    echo "tripod: attempt $attempt of 30 failed: $*" >&2
    sleep 10
  done
  return 1
}`;

/** Shell line; needs `retry`. Without the option, apt takes no answer from any mirror for a success. */
export const updateLists = "retry apt-get update --error-on=any";

/**
 * Shell lines that install the packages which the image lacks; needs \`retry\`. Where one is lacking,
 * the command runs before, as to make a repository known.
 */
export function createInstallation(packages: readonly string[], before?: string): string {
  return `export DEBIAN_FRONTEND=noninteractive
missing=()
for package in ${packages.join(" ")}; do
  dpkg-query --show --showformat='\${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
install_missing() {
  apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "\${missing[@]}"
}
if [ "\${#missing[@]}" -gt 0 ]; then${before === undefined ? "" : `\n  ${before}`}
  install_missing || { ${updateLists}; retry install_missing; }
fi`;
}

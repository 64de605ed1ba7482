import type { BootFile } from "./cloud-config.ts";
import { createScript, retry } from "./script.ts";

/** Unpacks beside the running release and switches by one rename, after the checksum has matched. */
const script = createScript(`
set -a; . /etc/tripod/boot.env; set +a
${retry}
releases=/opt/tripod/releases
release=$releases/$RELEASE_SHA
mkdir --parents "$releases"
if [ ! -d "$release" ]; then
  # What an attempt that failed has left.
  rm --recursive --force /opt/tripod/fetch.*
  work=$(mktemp --directory /opt/tripod/fetch.XXXXXX)
  retry aws s3api get-object --bucket "$RELEASE_BUCKET" --key "$RELEASE_KEY" "$work/tar.gz" > "$work/answer"
  gzip --decompress --stdout "$work/tar.gz" > "$work/tar"
  echo "$RELEASE_SHA  $work/tar" | sha256sum --check --quiet
  mkdir "$work/release"
  tar --extract --no-same-owner --file "$work/tar" --directory "$work/release"
  # A folder is there at once, but after a power cut without what was not yet on the disk.
  sync --file-system "$work"
  mv --no-target-directory "$work/release" "$release"
  rm --recursive --force "$work"
fi
ln --symbolic --force --no-dereference "$release" /opt/tripod/next
mv --no-target-directory /opt/tripod/next /opt/tripod/current
`);

/** Program that puts the release which `/etc/tripod/boot.env` names into `/opt/tripod/current`. */
export const releaseFetch: BootFile = {
  path: "/usr/local/sbin/tripod-release",
  mode: "0755",
  content: script,
};

import type { BootFile } from "./cloud-config.ts";
import { createEnvironmentFile } from "./environment-file.ts";

/** A host that runs a release from the bucket. */
export interface ReleasedHost {
  readonly region: string;
  readonly bucket: string;
  readonly releaseKey: string;
  /** SHA-256 of the unpacked tar archive, in hexadecimal. */
  readonly releaseSha: string;
  /** Raised to have hosts replaced that hold an old password. */
  readonly passwordVersion: number;
}

/** What the programs that fetch the release and the secrets read, with `further` variables. */
export function createBootEnvironment(
  host: ReleasedHost,
  further: Readonly<Record<string, string>> = {},
): BootFile {
  return {
    path: "/etc/tripod/boot.env",
    mode: "0644",
    content: createEnvironmentFile({
      AWS_DEFAULT_REGION: host.region,
      RELEASE_BUCKET: host.bucket,
      RELEASE_KEY: host.releaseKey,
      RELEASE_SHA: host.releaseSha,
      PASSWORD_VERSION: String(host.passwordVersion),
      ...further,
    }),
  };
}

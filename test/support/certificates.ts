import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTemporaryFolder } from "./temporary-folder.ts";

/** What a server shows to its clients, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  /** The file of its own certificate, as PEM. */
  readonly file: string;
  /** Issues a certificate of a host, for a day from now on or, if it has expired, until yesterday. */
  issue(host: string, options?: { readonly expired: boolean }): Certificate;
}

/** An authority that nobody knows who is not told of it; it goes with the test. */
export function createAuthority(): Authority {
  const folder = createTemporaryFolder();
  const at = (name: string) => join(folder, name);
  const [key, file] = [at("authority.key"), at("authority.crt")];
  openssl("req", "-x509", ...newKey(key), "-days", "2", "-subj", "/CN=authority", "-out", file);
  return {
    file,
    issue(host, { expired } = { expired: false }) {
      const [own, request, cert] = [at("host.key"), at("host.csr"), at("host.crt")];
      openssl("req", ...newKey(own), "-subj", "/CN=host", ...altName(host), "-out", request);
      const days = expired ? "-1" : "1";
      const signing = ["-CA", file, "-CAkey", key, "-CAcreateserial", "-copy_extensions", "copy"];
      openssl("x509", "-req", "-in", request, ...signing, "-days", days, "-out", cert);
      return { key: readFileSync(own, "utf8"), cert: readFileSync(cert, "utf8") };
    },
  };
}

/** A certificate of a host that no authority has signed. */
export function createSelfSigned(host: string): Certificate {
  const folder = createTemporaryFolder();
  const [key, cert] = [join(folder, "host.key"), join(folder, "host.crt")];
  openssl("req", "-x509", ...newKey(key), "-subj", "/CN=host", ...altName(host), "-out", cert);
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

function newKey(file: string): string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file];
}

function altName(host: string): string[] {
  return ["-addext", `subjectAltName=DNS:${host}`];
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "pipe" });
}

import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSecret } from "../service/secret-file.ts";

/** For the owner alone. */
const mode = 0o600;

export interface BrokerLogin {
  readonly password: string;
  /** Holds the password, for services to read. */
  readonly passwordFile: string;
  /** Has Redis demand it, without a word of it on its command line. */
  readonly configFile: string;
}

/**
 * The password of the Redis in this folder, made up at its first start: any user of this machine can
 * reach its port. Throws an error that names the file if it cannot be read.
 */
export function prepareLogin(folder: string): BrokerLogin {
  const passwordFile = join(folder, "redis-password");
  if (!existsSync(passwordFile)) {
    writeFileSync(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode });
  }
  const password = loadSecret(passwordFile);
  const configFile = join(folder, "redis.conf");
  writeFileSync(configFile, `requirepass ${password}\n`, { mode });
  return { password, passwordFile, configFile };
}

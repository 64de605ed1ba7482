import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
 * The password of the Redis in this folder, made up at each start: any user of this machine can
 * reach its port. Throws an error that names the file if it cannot be written.
 */
export function prepareLogin(folder: string): BrokerLogin {
  const passwordFile = join(folder, "redis-password");
  const password = randomBytes(24).toString("base64url");
  writeOwn(passwordFile, `${password}\n`);
  const configFile = join(folder, "redis.conf");
  writeOwn(configFile, `requirepass ${password}\n`);
  return { password, passwordFile, configFile };
}

function writeOwn(file: string, content: string): void {
  // A file that is there would keep the mode it has.
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode });
}

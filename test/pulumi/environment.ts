import { join } from "node:path";
import { programEnvironment } from "../support/program-environment.ts";

/**
 * What Pulumi's CLI has in its environment, and all that it starts: nothing of whoever runs the tests but
 * the commands of the machine, so that no account, stack or key of theirs can be met.
 */
export function createEnvironment(folder: string, commands: string): Record<string, string> {
  return {
    ...programEnvironment,
    PATH: `${commands}:${programEnvironment.PATH}`,
    HOME: join(folder, "home"),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    PULUMI_HOME: join(folder, "home/.pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    // For --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // What is looked for elsewhere than on loopback finds nobody.
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1,localhost",
  };
}

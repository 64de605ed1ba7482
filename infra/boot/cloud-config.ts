export interface BootFile {
  readonly path: string;
  /** Unix permissions in octal; a host's files belong to root. */
  readonly mode: "0600" | "0644" | "0755";
  readonly content: string;
}

export interface CloudConfig {
  /** A system user without login, beside the image's own `admin`. */
  readonly user?: string;
  readonly files: readonly BootFile[];
  /** The one command of a first boot; later boots are systemd's affair. */
  readonly command: string;
}

/** EC2 refuses longer user data. */
const userDataLimitBytes = 16_384;

/** The user data of an instance; throws if EC2 would refuse it. */
export function createUserData({ user, files, command }: CloudConfig): string {
  const lines = ["#cloud-config"];
  if (user !== undefined) {
    lines.push(
      "users:",
      "  - default",
      `  - name: ${user}`,
      "    system: true",
      "    no_create_home: true",
      "    shell: /usr/sbin/nologin",
    );
  }
  lines.push("write_files:");
  for (const { path, mode, content } of files) {
    lines.push(`  - path: ${path}`, `    permissions: "${mode}"`, "    content: |");
    for (const line of content.trimEnd().split("\n"))
      lines.push(line === "" ? "" : `      ${line}`);
  }
  lines.push("runcmd:", `  - [${command}]`, "");
  const userData = lines.join("\n");

  const bytes = Buffer.byteLength(userData);
  if (bytes > userDataLimitBytes) {
    throw new Error(`user data of ${bytes} bytes: EC2 takes ${userDataLimitBytes} at most`);
  }
  return userData;
}

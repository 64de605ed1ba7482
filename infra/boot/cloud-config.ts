import { Document, Scalar } from "yaml";

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

/** The user data of an instance, the same for the same host; throws if EC2 would refuse it. */
export function createUserData({ user, files, command }: CloudConfig): string {
  const login = { system: true, no_create_home: true, shell: "/usr/sbin/nologin" };
  const config = {
    ...(user !== undefined && { users: ["default", { name: user, ...login }] }),
    write_files: files.map(({ path, mode, content }) => ({
      path,
      permissions: mode,
      content: createBlock(content),
    })),
    runcmd: [[command]],
  };
  // cloud-init's own version of YAML, to which more words and numbers are no text without quotes.
  const document = new Document(config, { version: "1.1" });
  const userData = `#cloud-config\n${document.toString()}`;

  const bytes = Buffer.byteLength(userData);
  if (bytes > userDataLimitBytes) {
    throw new Error(`user data of ${bytes} bytes: EC2 takes ${userDataLimitBytes} at most`);
  }
  return userData;
}

/** Whoever looks at a host's user data reads its files as they are. */
function createBlock(content: string): Scalar<string> {
  const scalar = new Scalar(content);
  // A block of nothing but spaces would come back without them.
  scalar.type = /\S/.test(content) ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
  return scalar;
}

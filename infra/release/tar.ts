import { Header, Pax } from "tar";

export interface ArchiveFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array;
}

const blockBytes = 512;

/** Closes an archive: two empty blocks. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

/**
 * One file of a tar archive. Owner, time and permissions are the same on every machine, so equal
 * files make equal archives.
 */
export function createTarEntry({ path, executable, content }: ArchiveFile): Buffer {
  const header = new Header({
    path,
    type: "File",
    size: content.length,
    mode: executable ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  });
  const block = Buffer.alloc(blockBytes);
  // A path that the header has no room for goes before it, into an entry of its own.
  const extension = header.encode(block) ? [new Pax({ path }).encode()] : [];
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([...extension, block, content, padding]);
}

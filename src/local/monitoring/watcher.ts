/** A program that watches the queue and that the queue can do without. */
export interface Watcher {
  readonly name: string;
  readonly command: readonly string[];
  /** All that it gets of an environment: the launcher's own holds passwords. */
  readonly env: Readonly<Record<string, string>>;
  /** Configuration that it reads, as path -> content to be written as JSON, which all YAML readers take. */
  readonly files: Readonly<Record<string, unknown>>;
}

import { readArguments } from "../../src/local/jobs/arguments.ts";
import { runCommand } from "../../src/local/jobs/run.ts";

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Does what `npm run jobs` does with these arguments, for the server at the address, in this process. */
export async function runJobs(
  url: string,
  args: readonly string[],
  {
    stdin = "",
    token,
    signal = new AbortController().signal,
    onStderr = () => {},
  }: {
    stdin?: string;
    token?: string | undefined;
    signal?: AbortSignal;
    onStderr?: () => void;
  } = {},
): Promise<CommandEnd> {
  const written = { stdout: "", stderr: "" };
  const openOutput = (name: keyof typeof written, onText: () => void) => ({
    isTTY: false,
    columns: 80,
    write(text: string | Uint8Array) {
      written[name] += String(text);
      onText();
      return true;
    },
  });
  const outputs = {
    stdout: openOutput("stdout", () => {}),
    stderr: openOutput("stderr", onStderr),
  };
  const exit = (code?: number | string | null): never => {
    throw new Error(`exits with ${code}: ${written.stderr}`);
  };
  const typed = readArguments({ argv: ["node", "main.ts", ...args], exit, ...outputs });
  const readStdin = async () => stdin;
  const code = await runCommand(typed, { address: url, token, signal, readStdin, ...outputs });
  return { code, ...written };
}

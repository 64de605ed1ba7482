import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";

/** Shorter ones are guessed from a stolen hash. */
const minLength = 12;

/**
 * Asks for a new password twice, unseen, or takes the first line of what is no terminal. Throws an
 * error that says what is wrong with it.
 */
export async function readNewPassword(input: NodeJS.ReadStream, output: Writable): Promise<string> {
  const password = input.isTTY ? await askTwice(input, output) : firstLine(await text(input));
  if (password.length >= minLength) return password;
  throw new Error(`the password must have ${minLength} characters or more`);
}

async function askTwice(input: NodeJS.ReadStream, output: Writable): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input, output: unseen, terminal: true });
  const ask = async (prompt: string) => {
    output.write(prompt);
    const answer = await asking.question("");
    output.write("\n");
    return answer;
  };
  try {
    const password = await ask("Password: ");
    if ((await ask("Once more: ")) !== password) throw new Error("the two passwords differ");
    return password;
  } finally {
    asking.close();
  }
}

function firstLine(given: string): string {
  return given.split(/\r?\n/, 1)[0] ?? "";
}

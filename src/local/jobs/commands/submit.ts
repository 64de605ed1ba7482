import { RefusedError } from "../../../client/errors.ts";
import { createKey } from "../../../client/submit.ts";
import type { Command, Surroundings } from "../command.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { readFields } from "../fields.ts";
import { parseLiterally } from "../literal.ts";
import { describeOffer, pickOffer, readOffers } from "../offers.ts";
import { readStart, startOptions } from "../start.ts";
import { tellEnd } from "./wait.ts";

type Input = Readonly<Record<string, unknown>>;

/** What the parts of a submission beside its input are called here, by their JSON pointers. */
const namesOfOptions: Readonly<Record<string, string>> = {
  ...startOptions,
  "/callback_url": "--callback",
};

/** Submits a job, tells its id, or waits for it and tells what it came to. */
export const submitCommand: Command = async (args, surroundings) => {
  const { client, options, signal, url, leftMs, print, say } = surroundings;
  const [task, ...fields] = args;
  if (task === undefined) {
    const offers = await readOffers(url, signal);
    throw new UsageError(`submit needs a task\n${offers.map(describeOffer).join("\n")}`);
  }
  const start = readStart(options);
  const { callback: callbackUrl } = options;
  const input = await readInput(task, fields, surroundings);
  const key = options.key ?? createKey();
  const retryMs = Number.isFinite(leftMs()) ? leftMs() : undefined;
  const job = await client
    .submit(task, input, { key, signal, retryMs, callbackUrl, ...start })
    .catch(async (error: unknown) => {
      if (error instanceof RefusedError && error.kind !== "unknown") {
        throw await explainRefusal(error, task, surroundings);
      }
      say(`the job may have been queued: submitted again with --key ${key}, it is one job`);
      throw error;
    });
  if (options.wait === true) {
    say(`submitted as ${job.id}: ${url}${job.links.page}`);
    return tellEnd(job.id, surroundings);
  }
  print(options.json === true ? JSON.stringify(job) : job.id);
  return exitCodes.done;
};

/** That of `--input`, in which fields replace those of the same name. */
async function readInput(
  task: string,
  fields: readonly string[],
  { options, signal, url, readStdin }: Surroundings,
): Promise<Input> {
  const whole = options.input === "-" ? await readStdin() : options.input;
  const given = whole === undefined ? {} : parseInput(whole);
  if (fields.length === 0) return given;
  const offer = pickOffer(await readOffers(url, signal), task);
  return { ...given, ...readFields(fields, offer.schema) };
}

function parseInput(text: string): Input {
  let value: unknown;
  try {
    value = parseLiterally(text);
  } catch (error) {
    throw new UsageError(`--input is no JSON: ${String(error)}`, { cause: error });
  }
  if (typeof value === "object" && value !== null && text.trimStart().startsWith("{")) {
    return { ...value };
  }
  throw new UsageError(`--input must be a JSON object like '{"x": 10}'`);
}

/** With what the task takes, where the input was at fault. */
async function explainRefusal(
  error: RefusedError,
  task: string,
  { url, signal }: Surroundings,
): Promise<Error> {
  if (error.status !== 422) return error;
  const ofOptions = error.errors.filter(({ pointer }) => pointer in namesOfOptions);
  if (ofOptions.length > 0) {
    const said = ofOptions.map(({ pointer, detail }) => `${namesOfOptions[pointer]}: ${detail}`);
    return new UsageError(said.join("\n"));
  }
  const parts = error.errors.map(({ pointer, detail }) => {
    const field = pointer.replace(/^\/input\/?/, "");
    return field === "" ? `  ${detail}` : `  ${field}: ${detail}`;
  });
  const offers = await readOffers(url, signal).catch(() => []);
  const takes = offers.filter(({ name }) => name === task).map(describeOffer);
  return new UsageError([error.detail, ...(takes.length > 0 ? parts : []), ...takes].join("\n"));
}

import type { OfferedTask } from "../../../infra/smoke/offered-tasks.ts";
import { createInput, type Input, type Schema, vary } from "./inputs.ts";

/** What a submission is meant to come to; what is invalid is refused. */
export type Kind = "success" | "failure" | "invalid";

/** What is sent to the API. */
export interface Submission {
  readonly task: string;
  readonly input: Input;
}

interface Pattern extends Submission {
  readonly schema: Schema;
  readonly fails: boolean;
}

/**
 * Makes submissions of each kind, one unlike the other: from the tasks' examples in turn, and from
 * its schema where a task has none. Where nothing is known to fail it makes successes instead, and
 * the other way round. Throws if nothing can be submitted.
 */
export function createSubmissions(tasks: readonly OfferedTask[]): (kind: Kind) => Submission {
  const patterns = tasks.flatMap(listPatterns);
  if (patterns.length === 0) {
    const names = tasks.map(({ name }) => `"${name}"`).join(", ");
    throw new Error(
      `there is nothing to submit: expected an example, or a schema to make an input from, of ${names}`,
    );
  }
  const orAll = (some: readonly Pattern[]) => (some.length > 0 ? some : patterns);
  const turns: Readonly<Record<Kind, Turns>> = {
    success: takeTurns(orAll(patterns.filter(({ fails }) => !fails))),
    failure: takeTurns(orAll(patterns.filter(({ fails }) => fails))),
    invalid: takeTurns(patterns),
  };
  return (kind) => {
    const [{ task, input, schema, fails }, round] = turns[kind].next().value;
    // No task takes a field that it does not know.
    if (kind === "invalid") return { task, input: { ...input, "no-such-field": true } };
    return { task, input: fails ? input : vary(input, schema, round) };
  };
}

type Turns = Generator<readonly [pattern: Pattern, round: number], never>;

function* takeTurns(patterns: readonly Pattern[]): Turns {
  for (let round = 0; ; round += 1) for (const pattern of patterns) yield [pattern, round];
}

function listPatterns({ name: task, schema, examples }: OfferedTask): Pattern[] {
  if (examples.length > 0) {
    return examples.map(({ input, outcome }) => ({
      task,
      input,
      schema,
      fails: outcome.failure !== undefined,
    }));
  }
  const input = createInput(schema);
  return input === undefined ? [] : [{ task, input, schema, fails: false }];
}

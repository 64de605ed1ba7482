import { callbackLimits } from "../../contract/callbacks.ts";
import { outcomeExtension } from "../../contract/openapi.ts";
import { idPattern, keyPattern } from "../../queue/job-id.ts";
import { createInputSchema } from "../../task/input-schema.ts";
import type { Tasks } from "../../task/registry.ts";
import { type Components, placeSchema } from "../http/components.ts";
import { type Parameter, refer } from "../http/operation.ts";
import { startSchemas } from "./start-fields.ts";

/** How a client names a job, so that it is made once. */
export const keyHeader: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "Sent again with the same input and the same runAt or delayMs, it yields the same job. Each submitter with a name, by a token or signed in, has keys of their own. Strangers share theirs: random, such as a UUID, since who guesses it and the input is told of the job.",
  schema: { type: "string", pattern: keyPattern.source },
};

/** What may be said of a job besides its task and its input. */
export const choices = {
  ...startSchemas,
  callback_url: {
    type: "string",
    format: "uri",
    pattern: "^https?://",
    maxLength: callbackLimits.urlBytes,
    description:
      "Where it is told that the job has ended, by a signed POST request that is repeated until it is answered with 2xx.",
  },
};

/** What may be submitted, as `Submission`, which is one of those of the tasks. */
export function describeSubmissions(tasks: Tasks): Components {
  // No other schema's name has an underscore, and no task's.
  const names = [...tasks.keys()].map((task) => [task, `Submission_${task}`] as const);
  const each = names.flatMap(([task, name]) => {
    const described = tasks.get(task);
    if (described === undefined) return [];
    const { schema, components } = placeSchema(
      createInputSchema(described),
      `${refer(name).$ref}/properties/input`,
      (definition) => `${name}_${definition}`,
    );
    const submission = {
      // Not as its title, after which generators would call what another task calls the same.
      description: `${described.title}: ${described.description}`,
      type: "object",
      required: ["task", "input"],
      additionalProperties: false,
      properties: {
        task: { type: "string", const: task },
        input: schema,
        ...choices,
        resubmit_of: {
          type: "string",
          pattern: idPattern.source,
          description:
            "The job of the same task from whose input this one is made; both tell of it.",
        },
      },
    };
    return [[name, submission] as const, ...Object.entries(components)];
  });
  const mapping = Object.fromEntries(names.map(([task, name]) => [task, refer(name).$ref]));
  return {
    Submission: {
      description: "A task, the input for it, and when to start.",
      oneOf: names.map(([, name]) => refer(name)),
      discriminator: { propertyName: "task", mapping },
    },
    ...Object.fromEntries(each),
  };
}

/** What a row of a batch may be, as `Row`: a submission of one of the tasks, with a key of its own if it likes. */
export function describeRows(tasks: Tasks): Components {
  const names = [...tasks.keys()].map((task) => [task, `Row_${task}`] as const);
  const each = names.map(([task, name]) => [
    name,
    {
      description: `A row for the task ${task}.`,
      type: "object",
      required: ["task", "input"],
      additionalProperties: false,
      properties: {
        task: { type: "string", const: task },
        input: { $ref: `${refer(`Submission_${task}`).$ref}/properties/input` },
        ...choices,
        idempotency_key: {
          type: "string",
          pattern: keyPattern.source,
          description: "As the header's of a single submission.",
        },
      },
    },
  ]);
  const mapping = Object.fromEntries(names.map(([task, name]) => [task, refer(name).$ref]));
  return {
    Row: {
      description: "A submission, and its key.",
      oneOf: names.map(([, name]) => refer(name)),
      discriminator: { propertyName: "task", mapping },
    },
    ...Object.fromEntries(each),
  };
}

/** The tasks' examples as rows of a batch. */
export function describeRowExamples(tasks: Tasks): object[] {
  return [...tasks].flatMap(([task, { examples = [] }]) =>
    examples.map(({ input }) => ({ task, input })),
  );
}

/** The tasks' examples as submissions, each with what its job comes to. */
export function describeExamples(tasks: Tasks): Record<string, object> {
  const examples = [...tasks].flatMap(([name, { title, examples: given = [] }]) =>
    given.map(({ input, ...outcome }, index) => [
      `${name}-${index + 1}`,
      {
        summary: `${title}: ${outcome.failure === undefined ? "succeeds" : `fails as ${outcome.failure}`}`,
        value: { task: name, input },
        [outcomeExtension]: outcome,
      },
    ]),
  );
  return Object.fromEntries(examples);
}

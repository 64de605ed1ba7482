import { z } from "zod";
import { outcomeExtension } from "../../src/contract/openapi.ts";
import { paths } from "../../src/contract/paths.ts";

/** A task as a deployment describes it to everybody. */
export interface OfferedTask {
  readonly name: string;
  /** The JSON Schema of its input. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly examples: readonly OfferedExample[];
}

export interface OfferedExample {
  readonly input: Readonly<Record<string, unknown>>;
  /** What the job must come to. */
  readonly outcome: { readonly result?: unknown; readonly failure?: string | undefined };
}

const anything = z.record(z.string(), z.unknown());
const example = z.object({
  value: z.object({ task: z.string(), input: anything }),
  [outcomeExtension]: z.object({ result: z.unknown().optional(), failure: z.string().optional() }),
});
const body = z.object({ examples: z.record(z.string(), example) });
const content = z.object({ content: z.object({ "application/json": body }) });
const openApi = z.object({
  paths: z.object({ [paths.api]: z.object({ post: z.object({ requestBody: content }) }) }),
  components: z.object({
    schemas: z.looseObject({
      Submission: z.object({
        discriminator: z.object({ mapping: z.record(z.string(), z.string()) }),
      }),
    }),
  }),
});
const submission = z.object({ properties: z.object({ input: anything }) });

/** Where a document has its schemas, and where a schema that is a document of its own has others. */
const [inDocument, inSchema] = ["#/components/schemas/", "#/$defs/"];

/** The tasks that an OpenAPI document of ours offers. Throws for any other document. */
export function readOfferedTasks(document: unknown): OfferedTask[] {
  const text = JSON.stringify(document ?? null).replaceAll(`"${inDocument}`, `"${inSchema}`);
  const { data, error } = openApi.safeParse(JSON.parse(text));
  if (data === undefined) {
    const { path, message } = error.issues[0] ?? { path: [], message: "" };
    throw new Error(`at "${path.join(" ")}": ${message}`);
  }
  const { schemas } = data.components;
  const { examples } = data.paths[paths.api].post.requestBody.content["application/json"];
  return Object.entries(schemas.Submission.discriminator.mapping).map(([name, reference]) => ({
    name,
    schema: readInput(schemas, reference.slice(inSchema.length)),
    examples: Object.values(examples)
      .filter(({ value }) => value.task === name)
      .map(({ value, [outcomeExtension]: outcome }) => ({ input: value.input, outcome })),
  }));
}

/** The schema of a submission's input, with those that it refers to. */
function readInput(
  schemas: Readonly<Record<string, unknown>>,
  name: string,
): OfferedTask["schema"] {
  const { input } = submission.parse(schemas[name]).properties;
  const own = Object.entries(schemas).filter(([other]) => other.startsWith(`${name}_`));
  return own.length === 0 ? input : { ...input, $defs: Object.fromEntries(own) };
}

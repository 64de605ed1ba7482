import { z } from "zod";
import { type Variable, variables } from "../src/contract/environment.ts";
import { createValueSchema } from "../src/service/environment.ts";
import { findUnwritable } from "./boot/environment-file.ts";

/** Values of variables, by name. */
export type Environment = Readonly<Record<string, string>>;

const known: ReadonlyMap<string, Variable> = new Map(Object.entries(variables));
const settable = [...known].filter(([, { onEc2 }]) => onEc2.by === "operator");

/** The variables that `tripod:environment` sets, which Pulumi hands over as a JSON object. */
export const environmentSchema = z.string().transform((text, context): Environment => {
  const refuse = (message: string, ...path: string[]) =>
    context.addIssue({ code: "custom", message, path });

  const given = parseObject(text);
  if (given === undefined) {
    refuse(`expected an object of variables and their values, got ${JSON.stringify(text)}`);
    return z.NEVER;
  }
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const problem = findProblem(name, value);
    if (problem === undefined) environment[name] = String(value);
    else refuse(problem, name);
  }
  return environment;
});

/** Those of the variables that the service reads: the others must not replace its hosts. */
export function selectEnvironment(
  environment: Environment,
  service: "producer" | "worker",
): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => known.get(name)?.readBy.includes(service)),
  );
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? parsed
      : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with the entry, `undefined` if nothing is. */
function findProblem(name: string, value: unknown): string | undefined {
  const variable = known.get(name);
  if (variable === undefined) {
    const names = settable.map(([each]) => each).toSorted();
    return `no such variable: expected one of ${names.join(", ")}`;
  }
  const { onEc2 } = variable;
  if (onEc2.by !== "operator") return `cannot be set here: ${onEc2.because}`;
  // YAML tells numbers and flags from text; for a process all are text.
  const isPlain = ["string", "number", "boolean"].includes(typeof value);
  const text = isPlain ? String(value) : value;
  const { error } = createValueSchema(variable.value).safeParse(text);
  if (error !== undefined) return error.issues[0]?.message;
  return findUnwritable(String(text));
}

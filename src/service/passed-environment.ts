import { type Variable, variables } from "../contract/environment.ts";

/** The environment for code that is not to know our secrets: without our variables and OpenTelemetry's. */
export function withoutOwnVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !Object.hasOwn(variables, name) && !name.startsWith("OTEL_"),
  );
  return Object.fromEntries(kept);
}

/** The environment of one of our services: what only others read, such as their passwords, is left out. */
export function environmentOf(
  service: "producer" | "worker",
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const catalogue: Readonly<Record<string, Variable>> = variables;
  const kept = Object.entries(environment).filter(
    ([name]) => !Object.hasOwn(catalogue, name) || catalogue[name]?.readBy.includes(service),
  );
  return Object.fromEntries(kept);
}

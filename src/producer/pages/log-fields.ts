/** A line of a job's log: its words, and the fields that its task gave along. */
export interface SplitLine {
  readonly words: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Beginnings of an object that are tried: a line may be full of them. */
const mostTries = 5;

/** Takes apart what the worker has joined: words, a space, and the fields as JSON. */
export function splitFields(line: string): SplitLine {
  if (line.endsWith("}")) {
    let at = line.indexOf("{");
    for (let tries = 0; at !== -1 && tries < mostTries; tries += 1) {
      const fields = at === 0 || line[at - 1] === " " ? parseObject(line.slice(at)) : undefined;
      if (fields !== undefined) return { words: line.slice(0, at).trimEnd(), fields };
      at = line.indexOf("{", at + 1);
    }
  }
  return { words: line, fields: [] };
}

function parseObject(json: string): SplitLine["fields"] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).map(([name, one]) => [name, tell(one)])
    : undefined;
}

function tell(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

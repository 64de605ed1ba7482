import { isDeepStrictEqual } from "node:util";
import type { Provider } from "@pulumi/pulumi/provider/index.js";
import { type Aws, AwsError } from "./aws.ts";
import type { Kinds } from "./kind.ts";
import { unwrap } from "./marks.ts";

type Values = Record<string, unknown>;

/** Where a resource's state keeps what it was made from. */
const inputsKey = "__inputs";

/** The part of a provider that decides what a plan looks like, and makes AWS's calls for it. */
export function createProvider(
  version: string,
  kinds: Kinds,
  aws: Aws,
  invoke: NonNullable<Provider["invoke"]>,
): Provider {
  const kindOf = (urn: string) => {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const kind = kinds[type];
    if (kind === undefined)
      throw new Error(`no stand-in for "${type}": add one to test/pulumi/kinds`);
    return kind;
  };
  return {
    version,
    async diff(_id, urn, state, news) {
      const changed = listChanges(inputsOf(state), givenOf(news));
      const fixed: string[] = [...kindOf(urn).fixed];
      if (givenOf(news)["userDataReplaceOnChange"] === true) fixed.push("userData");
      return {
        changes: changed.length > 0,
        replaces: changed.filter((key) => fixed.includes(key)),
      };
    },
    async create(urn, inputs) {
      const made = await kindOf(urn).create(aws, givenOf(inputs), urn.split("::").at(-1) ?? "");
      return { id: made.id, outs: createState(inputs, made) };
    },
    async read(id, urn, state) {
      const isThere = await kindOf(urn)
        .exists(aws, id, inputsOf(state))
        .catch(ifGone(() => false));
      return isThere ? { id, props: state } : { id: "", props: {} };
    },
    async update(id, urn, state, news) {
      const kind = kindOf(urn);
      const before = inputsOf(state);
      if (kind.update === undefined) {
        const changed = listChanges(before, givenOf(news)).join(", ");
        throw new Error(`the stand-in of ${urn} cannot change ${changed}`);
      }
      await kind.update(aws, id, givenOf(news), before);
      return { outs: createState(news, state) };
    },
    async delete(id, urn, state) {
      await kindOf(urn)
        .delete(aws, id, inputsOf(state))
        .catch(ifGone(() => undefined));
    },
    invoke,
  };
}

function createState(inputs: Values, computed: Values): Values {
  return { ...computed, ...inputs, [inputsKey]: inputs };
}

function givenOf(inputs: Values): Values {
  return unwrap(inputs) as Values;
}

function inputsOf(state: Values): Values {
  return givenOf(state[inputsKey] as Values);
}

function listChanges(before: Values, after: Values): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter(
    (key) => !key.startsWith("__") && !isDeepStrictEqual(before[key], after[key]),
  );
}

/** What was asked of something that AWS does not know any more. */
function ifGone<T>(answer: () => T): (error: unknown) => T {
  return (error) => {
    const isGone = error instanceof AwsError && /NotFound|NoSuch|^404$/.test(error.code);
    if (!isGone) throw error;
    return answer();
  };
}

import type { Mutant } from "../mutant.ts";

export const producerPagesMutants: readonly Mutant[] = [
  {
    name: "the reason of a failure is put into the page unescaped",
    change: {
      file: "src/producer/pages/job-outcome.ts",
      from: 'renderLongText(error, "failure")',
      to: "Object.assign(new String(error), { isEscaped: true })",
    },
    caughtBy: {
      file: "test/browser/escaping.test.ts",
      test: "a job's page shows the reason of a failure as text",
    },
  },
  {
    name: "a value that is nested deep makes a page many times its size",
    change: {
      file: "src/producer/pages/json-layout.ts",
      from: "Math.min(level, deepestIndent)",
      to: "Math.max(level, Math.min(deepestIndent, 0))",
    },
    caughtBy: {
      file: "test/producer/pages/shown-value.test.ts",
      test: "a value that is nested deep",
    },
  },
  {
    name: "a job's page tells other sites where it is",
    change: {
      file: "src/producer/pages/secret-address.ts",
      from: 'ctx.set("Referrer-Policy", "no-referrer");',
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/security-headers.test.ts",
      test: "what only its address gives away",
    },
  },
  {
    name: "a form that is sent again comes from no origin",
    change: {
      file: "src/producer/pages/error-page.ts",
      from: "else leaveUnlisted(ctx);",
      to: "else keepSecret(ctx), leaveUnlisted(ctx);",
    },
    caughtBy: {
      file: "test/browser/plain-http.test.ts",
      test: "a form that found the queue full",
    },
  },
  {
    name: "a file of this release is kept for ever under the name of another's",
    change: {
      file: "src/producer/pages/assets.ts",
      from: 'const isLatest = ctx.params["set"] === assetSet;',
      to: "const isLatest = assetSet !== ctx.path;",
    },
    caughtBy: {
      file: "test/producer/pages/assets.test.ts",
      test: "a page of another release gets the files there are",
    },
  },
  {
    name: "a stream that has fallen silent is listened to for ever",
    change: {
      file: "src/producer/pages/assets/follow.js",
      from: "timer = setTimeout(() => silence.abort(), silenceMs);",
      to: "timer = undefined;",
    },
    caughtBy: {
      file: "test/browser/silence.test.ts",
      test: "an overview that hears nothing for five seconds",
    },
  },
  {
    name: "a page asks again and again at once where nothing answers",
    change: {
      file: "src/producer/pages/assets/follow.js",
      from: "(silences += 1) <= connections",
      to: "true",
    },
    caughtBy: {
      file: "test/browser/silence.test.ts",
      test: "a page that never hears anything",
    },
  },
  {
    name: "a page that is refused a stream reads nothing without one",
    change: {
      file: "src/producer/pages/assets/follow.js",
      from: "      refusals += 1;\n",
      to: "      throw error;\n",
    },
    caughtBy: {
      file: "test/browser/without-streams.test.ts",
      test: "where others of its address have all streams",
    },
  },
  {
    name: "a form's number can match its pattern in many ways",
    change: {
      file: "src/producer/pages/fields.ts",
      from: "(\\d+(\\.\\d*)?|",
      to: "(\\d+\\.?\\d*|",
    },
    caughtBy: {
      file: "test/attacks/slow-texts.test.ts",
      test: "what is nearly a number costs no more than its length",
    },
  },
];

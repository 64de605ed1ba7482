import type { Mutant } from "../mutant.ts";

export const telemetryMutants: readonly Mutant[] = [
  {
    name: "a client has as many requests traced as it likes",
    change: {
      file: "src/telemetry/sampler.ts",
      from: "return { decision: drop }",
      to: "return { decision: keep }",
    },
    caughtBy: {
      file: "test/attacks/traceparent.test.ts",
      test: "a stranger who asks for every request to be traced",
    },
  },
  {
    name: "a trusted caller has as many requests traced as it likes",
    change: {
      file: "src/telemetry/otlp.ts",
      from: ", remoteParentSampled: asked",
      to: "",
    },
    caughtBy: {
      file: "test/attacks/traceparent.test.ts",
      test: "a trusted caller who asks for every request to be traced",
    },
  },
  {
    name: "strangers write into traces whose ids they know",
    change: { file: "src/telemetry/spans.ts", from: "if (isTrusted ||", to: "if (true ||" },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "a request begins a trace of its own",
    },
  },
  {
    name: "what is no HTTP is logged as an error of ours",
    change: { file: "src/telemetry/koa-errors.ts", from: "|HPE_.*", to: "" },
    caughtBy: { file: "test/attacks/garbage.test.ts", test: "what is no HTTP writes no line" },
  },
  {
    name: "what strangers cause is logged without limit",
    change: {
      file: "src/telemetry/log.ts",
      from: "if (admitted) write",
      to: "write",
    },
    caughtBy: {
      file: "test/attacks/log-flood.test.ts",
      test: "guesses from ever new addresses are all counted",
    },
  },
  {
    name: "a flood of failures by submitters hides our own",
    change: {
      file: "src/telemetry/line-limits.ts",
      from: 'const key = `${kind} ${like[logFields.errorType] ?? ""}`;',
      to: "const key: string = kind;",
    },
    caughtBy: {
      file: "test/telemetry/line-limits.test.ts",
      test: "a flood of a submitter's failures hides none of ours",
    },
  },
  {
    name: "spans keep all of a stranger's text",
    change: {
      file: "src/telemetry/spans.ts",
      from: "text.slice(0, maxTextLength)",
      to: "text",
    },
    caughtBy: {
      file: "test/attacks/traceparent.test.ts",
      test: "a stranger who asks for every request to be traced",
    },
  },
  {
    name: "what a dead receiver does not take fills the memory",
    change: {
      file: "src/telemetry/outbox.ts",
      from: "if (items >= limits.items || size + more > limits.size) {",
      to: "if (false) {",
    },
    caughtBy: {
      file: "test/telemetry/outbox.test.ts",
      test: "no more is kept than the limits allow",
    },
  },
  {
    name: "a trace tells what a form was filled in with",
    change: {
      file: "src/producer/http/request-telemetry.ts",
      from: "hideValues(cutText(ctx.querystring))",
      to: "ctx.querystring",
    },
    caughtBy: {
      file: "test/telemetry/conventions.test.ts",
      test: "what is sent over OTLP follows semconv",
    },
  },
];

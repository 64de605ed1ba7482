import type { Mutant } from "../mutant.ts";

export const producerMutants: readonly Mutant[] = [
  {
    name: "Bull Board takes posts from other sites",
    change: {
      file: "src/producer/console/board.ts",
      from: "  app.use(sameOrigin({ takesForms: () => true }));\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/same-origin.test.ts",
      test: "Bull Board refuses a form with",
    },
  },
  {
    name: "the right password is taken after ever so many wrong ones",
    change: {
      file: "src/producer/console/password-check.ts",
      from: "        await failures.check(ctx, tooMany).catch(limited(ctx));\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/console/login.test.ts",
      test: "the right one among guesses that come at once",
    },
  },
  {
    name: "who asks whether the producer is ready asks Redis",
    change: {
      file: "src/producer/open-producer.ts",
      from: "remember(memoryMs, () => readMemory(redis))",
      to: "() => readMemory(redis)",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "what anybody may read costs Redis the same",
    },
  },
  {
    name: "any number watch the overview at once",
    change: {
      file: "src/producer/overview/overview.ts",
      from: "createEventStreams(maxStreams)",
      to: "createEventStreams(Number.POSITIVE_INFINITY)",
    },
    caughtBy: {
      file: "test/producer/overview/overview.test.ts",
      test: "lets 200 watch at once",
    },
  },
  {
    name: "Bull Board's pages ask another site for a font",
    change: {
      file: "src/producer/console/board.ts",
      from: "  app.use(ownFilesOnly());\n",
      to: "",
    },
    caughtBy: { file: "test/browser/board.test.ts", test: "no page of Bull Board's asks" },
  },
  {
    name: "the overview reads each second once, however far clocks are apart",
    change: {
      file: "src/producer/overview/ended-window.ts",
      from: "readUntilMs - behindMs",
      to: "readUntilMs",
    },
    caughtBy: { file: "test/faults/clock-skew.test.ts", test: "F14" },
  },
];

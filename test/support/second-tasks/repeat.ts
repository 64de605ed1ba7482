import { z } from "zod";
import { defineTask, TaskRejectedError } from "#task";

export default defineTask({
  title: "Repeat",
  description: "Says a text again and again.",
  input: z.strictObject({
    text: z.string().min(1).max(200).meta({ title: "Text", description: "What to say." }),
    times: z.int().min(0).max(10).default(2).meta({ title: "Times" }),
    separator: z.enum(["space", "comma"]).default("space").meta({ title: "Separator" }),
    spelling: z.record(z.string(), z.string()).default({}).meta({ title: "Spelling" }),
    loud: z.boolean().default(false).meta({ title: "Loud" }),
  }),
  timeLimitMs: 1_000,

  async run({ text, times, separator, spelling, loud }) {
    if (times === 0) throw new TaskRejectedError("invalid_input", `nothing is left of "${text}"`);
    const said = Array<string>(times)
      .fill(spelling[text] ?? text)
      .join(separator === "space" ? " " : ", ");
    return loud ? said.toUpperCase() : said;
  },
});

import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Careless",
  description: "Has something fail that it does not wait for, and leaves an interval running.",
  input: z.strictObject({}),
  timeLimitMs: 5_000,
  async run() {
    setInterval(() => undefined, 10);
    setTimeout(() => void Promise.reject(new Error("too late")), 50);
    return "done";
  },
});

import { openProducer } from "../../src/producer/open-producer.ts";
import { loadConfig } from "../../src/service/config.ts";

// A producer of a benchmark, with an index of jobs or without; the environment is given as JSON.
const [environment = "{}", index = "on"] = process.argv.slice(2);
const unanswered = () => Promise.reject(new Error("there is no index"));
const noIndex = () => ({
  page: unanswered,
  named: unanswered,
  counts: unanswered,
  ids: unanswered,
  groups: unanswered,
  standing: unanswered,
  close: () => Promise.resolve(),
});
await openProducer(
  loadConfig(JSON.parse(environment)),
  index === "on" ? {} : { openIndex: noIndex },
);

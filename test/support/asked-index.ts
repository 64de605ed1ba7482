import {
  type JobIndexDeps,
  type OpenJobIndex,
  openJobIndex,
} from "../../src/producer/explorer/open-job-index.ts";

/**
 * The index of jobs, in its thread, from the first question on: most tests ask none, and a thread
 * takes a third of a second of a processor.
 */
export function openIndexWhenAsked(deps: JobIndexDeps): OpenJobIndex {
  let opened: OpenJobIndex | undefined;
  const open = () => (opened ??= openJobIndex(deps));
  return {
    page: (...values) => open().page(...values),
    named: (...values) => open().named(...values),
    counts: (...values) => open().counts(...values),
    ids: (...values) => open().ids(...values),
    groups: (...values) => open().groups(...values),
    standing: () => open().standing(),
    close: async () => opened?.close(),
  };
}

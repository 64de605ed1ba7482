/** How much of files that are uploaded to be submitted is taken, and kept. */
export const fileBatchLimits = {
  /** Of one file. */
  rows: 1_000,
  /** Of one file. */
  bytes: 4_194_304,
  /** Of all files together; when there are more, the oldest of whoever has most go. */
  keptBytes: 33_554_432,
  /** What any counts as at least, which bounds how many there are. */
  leastBytes: 65_536,
  /** Of a client's files together; one of the largest fits, however it is written. */
  clientBytes: 10_485_760,
  /** Of those that are just coming in to a producer. */
  draftedBytes: 33_554_432,
  /** Files of a client that wait to be submitted; its oldest goes when there are more, of these or of its bytes. */
  unsubmitted: 3,
  /** From the upload on, unless it is submitted. */
  unsubmittedMs: 3_600_000,
  /** From when its rows were submitted first. */
  keptMs: 604_800_000,
  /** From when its rows were submitted last, it does not go for others of its client, nor of one who has more. */
  heldMs: 3_600_000,
  /** For so long after rows were submitted last, while there are more, it goes for nobody: a page that submits the rest by itself does so more often. */
  busyMs: 600_000,
  /** Rows with errors of which a page tells what is wrong. */
  problems: 50,
  /** Rows without errors that are shown before any is submitted. */
  previewed: 10,
} as const;

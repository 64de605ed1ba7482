/** Of a result, as JSON. */
export const resultBytes = {
  /** Of a task that says nothing else. */
  usual: 65_536,
  /**
   * A task may say as much. Redis holds a result twice, with its job and among the events, of which
   * the last 50 stay however large they are: 13 MB of the 512 MB that the smallest host gives it. A
   * client is judged by eight of its jobs (src/queue/fair-share.ts), which are 3 MB, no quarter of
   * the 50 MB that ended jobs have at least.
   */
  most: 262_144,
} as const;

/** Time for an isolated task's process to start and load its task, before its job's own time begins. */
export const startMs = 30_000;

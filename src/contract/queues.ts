/** The queues that jobs wait in, and what their keys in Redis begin with. */

export const queueName = "tasks";

/** Time between two heartbeats: jobs that show whether a queue without any work still works. */
export const heartbeatEverySeconds = 30;

/** How long a job waits for a worker that knows its task and takes its input: releases change within it. */
export const knownWithinSeconds = 900;

/**
 * Every key of ours begins with this, in braces, as Redis Cluster wants it: keys of one queue share
 * a slot, so that commands over several of them stay possible when the broker has shards.
 */
export const keyTags = { queue: "tripod:", deployment: "tripod" } as const;

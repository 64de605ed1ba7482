/** The queues that jobs wait in, and what their keys in Redis begin with. */

export const queueName = "tasks";

/**
 * Every key of ours begins with this, in braces, as Redis Cluster wants it: keys of one queue share
 * a slot, so that commands over several of them stay possible when the broker has shards.
 */
export const keyTags = { queue: "tripod:", deployment: "tripod" } as const;

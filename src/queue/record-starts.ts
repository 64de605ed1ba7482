import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** Cut in Redis, for a field may have hundreds of thousands of characters. What is no hash has no fields. */
const readScript = `
local starts = {}
for i, key in ipairs(KEYS) do
  local values = redis.pcall("HMGET", key, unpack(ARGV, 2))
  starts[i] = {}
  for j = 1, #ARGV - 1 do
    local value = values[j]
    starts[i][j] = value and string.sub(value, 1, ARGV[1])
  end
end
return starts
`;

/** The first bytes of these fields of each job's record, in order; null for a field that is not there. */
export async function readStarts(
  queue: Queue,
  redis: Redis,
  ids: readonly string[],
  { fields, bytes }: { readonly fields: readonly string[]; readonly bytes: number },
): Promise<(string | null)[][]> {
  const keys = ids.map((id) => queue.toKey(id));
  const starts = await redis.eval(readScript, keys.length, ...keys, bytes, ...fields);
  return starts as (string | null)[][];
}

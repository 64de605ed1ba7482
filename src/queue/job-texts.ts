import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { resultPrefix } from "./stored-result.ts";

/** Bytes of each field that are looked through. */
const searchedBytes = 4_096;

/** Some 10 µs of Redis' time for each job. What is no hash has no fields. */
const script = `
local found = {}
for i, key in ipairs(KEYS) do
  local fields = redis.pcall("HMGET", key, "data", "returnvalue", "failedReason")
  for j = 1, 3 do
    local text = fields[j] and string.lower(string.sub(fields[j], j == 2 and ARGV[2] + 1 or 1, ARGV[1]))
    for n = 3, #ARGV do
      if text and string.find(text, ARGV[n], 1, true) then found[i] = 1 end
    end
  end
  found[i] = found[i] or 0
end
return found
`;

/**
 * Which of these jobs have the text in the first 4 KB of their input, result or error. Case makes no
 * difference within ASCII.
 */
export async function findText(
  queue: Queue,
  redis: Redis,
  ids: readonly string[],
  text: string,
): Promise<string[]> {
  const keys = ids.map((id) => queue.toKey(id));
  const needles = [...new Set([text, JSON.stringify(text).slice(1, -1)])].map(lower);
  const values = [searchedBytes, resultPrefix.length, ...needles];
  const found = await redis.eval(script, keys.length, ...keys, ...values);
  return ids.filter((_, i) => (found as number[])[i] === 1);
}

/** As Redis does it. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { fileBatchLimits } from "../contract/file-batches.ts";
import { fileBatchKeys, type NewFileBatch } from "./file-batches.ts";
import { writeBrief } from "./own-files.ts";
import { readNow } from "./script-time.ts";

const { busyMs, clientBytes, heldMs, keptBytes, leastBytes, unsubmitted, unsubmittedMs } =
  fileBatchLimits;

/**
 * Of its own client's files the oldest go first, but none that is being submitted. Where all files
 * together take too much, they go from whoever has most, and only then those that were submitted a
 * short time ago: whoever has less than another gets room. One who would have most takes none of
 * those, and nobody takes one whose rows are being submitted just now.
 */
const keepScript = `${readNow}
local prefix, id, total, bytes, client = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
if redis.call("LLEN", KEYS[2]) ~= total then return -1 end
local all = math.max(bytes, ${leastBytes})
local files, gone, shares, waiting = {}, {}, { [client] = all }, 1
for _, old in ipairs(redis.call("ZRANGE", KEYS[3], 0, -1)) do
  local size, whose, state, worked = unpack(redis.call("HMGET", prefix .. old, "bytes", "client", "state", "worked"))
  if size then
    local file = { id = old, size = math.max(tonumber(size), ${leastBytes}), whose = whose }
    file.held = worked and now - tonumber(worked) < ${heldMs}
    file.busy = worked and state == "begun" and now - tonumber(worked) < ${busyMs}
    file.waits = state == "read" and whose == client
    if file.waits then waiting = waiting + 1 end
    all = all + file.size
    shares[whose] = (shares[whose] or 0) + file.size
    files[#files + 1] = file
  else
    gone[#gone + 1] = old
  end
end
local function drop(chosen)
  for place, file in ipairs(files) do
    if chosen(file) then
      table.remove(files, place)
      gone[#gone + 1] = file.id
      all = all - file.size
      shares[file.whose] = shares[file.whose] - file.size
      return true
    end
  end
  return false
end
for _ = ${unsubmitted} + 1, waiting do drop(function(file) return file.waits end) end
while shares[client] > ${clientBytes} do
  if not drop(function(file) return file.whose == client and not file.held end) then return -2 end
end
while all > ${keptBytes} do
  local rich, most
  for whose, share in pairs(shares) do
    if share > (most or shares[client]) then rich, most = whose, share end
  end
  local function isTheirs(file) return not rich or file.whose == rich end
  local found = drop(function(file) return isTheirs(file) and not file.held end)
    or rich and drop(function(file) return isTheirs(file) and not file.busy end)
  if not found then return 0 end
end
for _, old in ipairs(gone) do
  redis.call("DEL", prefix .. old, prefix .. old .. ":rows", prefix .. old .. ":done")
  redis.call("ZREM", KEYS[3], old)
end
redis.call("HSET", KEYS[1], "state", "read", "created", string.format("%.0f", now), "bytes", bytes, "said", ARGV[6], "client", client, "brief", ARGV[7])
redis.call("PEXPIRE", KEYS[1], ${unsubmittedMs})
redis.call("PEXPIRE", KEYS[2], ${unsubmittedMs})
redis.call("ZADD", KEYS[3], now, id)
return 1
`;

/** Whether a file is kept now, or why not. */
export type Keeping = "kept" | "full" | "full of the client's own" | "rows lost";

const keepings: Readonly<Record<number, Keeping>> = {
  1: "kept",
  0: "full",
  [-1]: "rows lost",
  [-2]: "full of the client's own",
};

/**
 * Makes a file of the rows that were added, in one step, for which others may have to go. There is
 * none where too much of what is there is being submitted.
 */
export async function keepFileBatch(
  home: Queue,
  redis: Redis,
  {
    id,
    bytes,
    batch,
  }: { readonly id: string; readonly bytes: number; readonly batch: NewFileBatch },
): Promise<Keeping> {
  const keys = fileBatchKeys(home, id);
  const said = JSON.stringify(batch);
  const all = bytes + Buffer.byteLength(said);
  const values = [home.toKey("file:"), id, batch.total, all, batch.client, said, writeBrief(batch)];
  const answer = await redis.eval(keepScript, 3, keys.batch, keys.rows, keys.all, ...values);
  return keepings[Number(answer)] ?? "rows lost";
}

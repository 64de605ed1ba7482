/**
 * For a script: `putInLine(job, id, key)` has a job that is in none of its queue's lists wait behind all of
 * its priority, as BullMQ does, and wakes a worker unless the queue starts nothing now. `key(name)` is
 * the queue's key of that name.
 */
export const waitingLua = `
local function putInLine(job, id, key)
  local meta = redis.call("HMGET", key("meta"), "paused", "concurrency")
  local isHeld = meta[1] or meta[2] and redis.call("LLEN", key("active")) >= tonumber(meta[2])
  local priority = tonumber(redis.call("HGET", job, "priority") or 0) or 0
  if priority > 0 then
    local turn = redis.call("INCR", key("pc")) % 0x100000000
    redis.call("ZADD", key("prioritized"), priority * 0x100000000 + turn, id)
  else
    redis.call("LPUSH", key("wait"), id)
  end
  if not isHeld then redis.call("ZADD", key("marker"), 0, "0") end
end
local function tell(key, event, id, from)
  local kept = redis.call("HGET", key("meta"), "opts.maxLenEvents") or 10000
  redis.call("XADD", key("events"), "MAXLEN", "~", kept, "*", "event", event, "jobId", id, "prev", from)
end
`;

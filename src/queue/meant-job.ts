import type { FilterState } from "../contract/job-filter.ts";

/** Which job was meant when somebody chose it: one that has moved since, or another one under its id, is not. */
export interface MeantJob {
  /** It is in one of these states; in any if not given. */
  readonly states?: readonly FilterState[] | undefined;
  /** It was submitted then, as Unix time in ms; whenever it was if not given. */
  readonly createdAt?: number | undefined;
}

/** For a script: `isMeant(job, place, states, created)`, the last two as `formatMeant` tells them. */
export const meantLua = `
local function isMeant(job, place, states, created)
  if created ~= "" and tonumber(redis.call("HGET", job, "timestamp") or "") ~= tonumber(created) then return false end
  if states == "" then return true end
  if place == "delayed" then
    local attempts = tonumber(redis.call("HGET", job, "atm") or 0) or 0
    place = attempts > 0 and "retrying" or "scheduled"
  end
  return string.find("," .. states .. ",", "," .. place .. ",", 1, true) ~= nil
end
`;

/** As scripts take it: the states, and when it was submitted. */
export function formatMeant({ states, createdAt }: MeantJob): readonly [string, string] {
  return [states?.join(",") ?? "", createdAt === undefined ? "" : String(createdAt)];
}

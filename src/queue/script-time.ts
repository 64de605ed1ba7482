/** What a script begins with that needs the time: `now`, in Unix ms by Redis. */
export const readNow = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

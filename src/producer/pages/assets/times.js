/** Says times as the reader's own clock and language do. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
/** After so long a date says more. */
const relativeSeconds = 7 * day;
/** What the way from the server may take, and two clocks may differ by, unnoticed. */
const slackMs = 2_000;

const exact = new Intl.DateTimeFormat([], {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const ofDay = new Intl.DateTimeFormat([], {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const date = new Intl.DateTimeFormat([], { year: "numeric", month: "short", day: "numeric" });

/** By how much this computer's clock is behind that of the server, which wrote the page just now. */
const behindMs = measureBehind();

function measureBehind() {
  const measured = Number(document.documentElement.dataset.now) - Date.now();
  return Math.abs(measured) > slackMs ? measured : 0;
}

/** Shows what a part of the page says of times, and keeps up what is told relative to now. */
export function showTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) showTime(time);
}

function showTime(time) {
  const at = new Date(time.dateTime);
  if (time.matches("[data-of-day]")) say(time, ofDay.format(at));
  else if (time.matches("[data-exact]")) say(time, exact.format(at));
  else say(time, sayRelative(at));
  time.title = exact.format(at);
}

function say(time, text) {
  if (time.textContent !== text) time.textContent = text;
}

function sayRelative(at) {
  const seconds = (Date.now() + behindMs - at.getTime()) / 1_000;
  const away = Math.floor(Math.abs(seconds));
  if (away >= relativeSeconds) return date.format(at);
  if (away < 1) return "now";
  return seconds > 0 ? `${sayUnits(away)} ago` : `in ${sayUnits(away)}`;
}

function sayUnits(seconds) {
  if (seconds < minute) return `${seconds} s`;
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`;
  if (seconds < day) return `${Math.floor(seconds / hour)} h`;
  return `${Math.floor(seconds / day)} d`;
}

showTimes(document);
setInterval(() => {
  if (document.visibilityState === "visible") showTimes(document);
}, 1_000);

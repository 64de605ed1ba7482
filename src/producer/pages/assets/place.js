/** This tab's side of `places.js`: a place among the event streams of all tabs. */
const answerMs = 1_000;
const renewMs = 3_000;

// Not in the folder of this very file: tabs of all releases are to find the same worker.
const worker = "/assets/places.js";

let port;
let answer = () => undefined;
try {
  port = new SharedWorker(worker, { type: "module", name: "places" }).port;
  port.onmessage = ({ data }) => answer(data);
} catch {
  // This browser has no shared workers: no tab knows of the others, and none takes a place.
}

/**
 * Whether this tab may hold a stream now, until it leaves; `onLoss` is called if it no longer may.
 * @param {() => void} onLoss
 */
export async function takePlace(onLoss) {
  const granted = await ask();
  const renew = async () => {
    if (!(await ask())) onLoss();
  };
  const renewal = granted ? setInterval(renew, renewMs) : undefined;
  return {
    granted,
    leave() {
      clearInterval(renewal);
      port?.postMessage("leave");
    },
  };
}

async function ask() {
  if (port === undefined) return false;
  return new Promise((resolve) => {
    answer = resolve;
    setTimeout(resolve, answerMs, false);
    port.postMessage("ask");
  });
}

/**
 * Runs once for all tabs of a browser, and shares out the connections that may be event streams.
 * A tab asks for a place, asks again to keep it, and leaves it.
 */

/** Over HTTP/1.1 a browser has six connections to a host; the others are for pages and their files. */
const places = 4;
/** Of a tab that crashed nothing is heard any more. */
const leaseMs = 10_000;

const leases = new Map();

globalThis.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    const now = performance.now();
    leases.delete(port);
    if (data !== "ask") return;
    for (const [holder, endsAt] of leases) if (endsAt < now) leases.delete(holder);
    const granted = leases.size < places;
    if (granted) leases.set(port, now + leaseMs);
    port.postMessage(granted);
  };
};

/**
 * Preloaded into a service (`node --import`), it sets that service's wall clock off by CLOCK_SKEW_MS;
 * the monotonic clock goes on as it is, as on a host whose time is wrong.
 */
const skewMs = Number(process.env["CLOCK_SKEW_MS"]);
const RealDate = Date;
const now = () => RealDate.now() + skewMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
});
Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin + skewMs });

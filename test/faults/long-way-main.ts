import { connect, createServer, type Socket } from "node:net";
import { parseArgs } from "node:util";

// Passes TCP connections on, and each way what is said on them a fixed time later.
const { values } = parseArgs({
  options: { port: { type: "string" }, to: { type: "string" }, "delay-ms": { type: "string" } },
});
const [host = "", port = ""] = values.to?.split(":") ?? [];
const delayMs = Number(values["delay-ms"]);

createServer({ noDelay: true }, (outer) => {
  const inner = connect({ host, port: Number(port), noDelay: true });
  passOn(outer, inner);
  passOn(inner, outer);
}).listen(Number(values.port), "0.0.0.0");

function passOn(from: Socket, to: Socket): void {
  // Timers of the same length fire in the order they were set, so the bytes keep theirs.
  from.on("data", (chunk) => setTimeout(() => to.write(chunk), delayMs));
  from.on("close", () => setTimeout(() => to.destroy(), delayMs));
  from.on("error", () => from.destroy());
}

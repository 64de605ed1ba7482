import { connect } from "node:net";

// Run by silence-run.ts: so many readers of event streams at a port of this machine, until SIGTERM.
const [port, count] = process.argv.slice(2).map(Number);
if (port === undefined || count === undefined) throw new Error("expected a port and a count");
for (let reader = 0; reader < count; reader += 1) {
  const socket = connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  socket.resume();
}

import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { canSharePorts, openDoors } from "../../src/service/doors.ts";
import { reservePort } from "../support/ports.ts";

const host = "127.0.0.1";

async function open(port: number, options?: { sharesPort: boolean }) {
  const server = createServer((_, response) => response.end("answer"));
  const doors = await openDoors(server, host, port, options);
  onTestFinished(async () => {
    server.closeAllConnections();
    await doors.close().catch(() => undefined);
  });
  return doors;
}

test("a port is shared with no other program, though it is among a program's own sockets", async () => {
  const doors = await open(await reservePort());
  await expect(open(doors.port)).rejects.toThrow("EADDRINUSE");
});

test.runIf(canSharePorts)("a port is shared with the process that one follows", async () => {
  const before = await open(await reservePort());
  const after = await open(before.port, { sharesPort: true });
  await before.close();
  expect((await fetch(`http://${host}:${after.port}`)).status).toBe(200);
});

test("connections are answered whichever socket they come to, and none once they are closed", async () => {
  const doors = await open(0);
  const ask = async () => {
    const response = await fetch(`http://${host}:${doors.port}`, {
      headers: { connection: "close" },
    });
    return response.text();
  };
  const answers = await Promise.all(Array.from({ length: 100 }, ask));
  expect(new Set(answers)).toEqual(new Set(["answer"]));
  await doors.close();
  await expect(ask()).rejects.toThrow("fetch failed");
});

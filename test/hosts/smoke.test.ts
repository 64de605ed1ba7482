import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { repository } from "../support/pulumi-project.ts";
import { until } from "../support/until.ts";
import { rootPatienceMs } from "./debian-root.ts";
import { type Deployment, openDeployment } from "./deployment.ts";
import { addresses } from "./network.ts";
import { whyNoHosts } from "./requirements.ts";

const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`npm run smoke (${obstacle ?? "here"})`, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await openDeployment();
    await untilWell();
    return () => deployment.bed.close();
  }, rootPatienceMs);

  /** The lines that somebody on the internet is told, or somebody elsewhere. */
  async function smoke(
    url = `http://${addresses.producer}`,
    { options = [] as string[], network = "internet" } = {},
  ): Promise<string[]> {
    const program = join(repository, "infra/smoke/main.ts");
    const output = await deployment.bed.lab
      .run([process.execPath, program, url, addresses.redis, ...options], { network })
      .catch((error: { stdout: string }) => error.stdout);
    return output.trim().split("\n");
  }

  async function untilWell(): Promise<void> {
    await deployment.untilEnded(await deployment.submit({ x: 1, y: 1 }));
  }

  test.concurrent("finds nothing wrong with three hosts that are well", async () => {
    expect(await smoke()).toEqual([
      `ok    the name "10.0.0.20" is known`,
      "ok    port 80 is open",
      "ok    the producer is alive",
      "ok    the producer works with Redis",
      "ok    the producer tells which tasks it has",
      'ok    quotient {"x":10,"y":2,"delayMs":100} gives 5',
      'ok    quotient {"x":10,"y":0,"delayMs":0} fails as division_by_zero',
      'ok    quotient {"x":1e+308,"y":1e-10,"delayMs":0} fails as overflow',
      "ok    the form is there, with its security headers",
      "ok    Bull Board is closed to you",
      "ok    the metrics endpoint is closed to you",
      "ok    Redis is closed to you",
    ]);
  });

  test.concurrent("the administrator is let in as far as Bull Board's login, and nobody who says so", async () => {
    const options = ["--administrator"];
    expect(await smoke(undefined, { options, network: "administrator" })).toContain(
      "ok    Bull Board asks you for its login",
    );
    expect((await smoke(undefined, { options })).join("\n")).toContain(
      "port 8081 of 10.0.0.20 does not let you in: are you at tripod:adminCidr?",
    );
  });

  test.concurrent("tells whether Grafana is alive, and why it cannot be reached", async () => {
    const options = ["--grafana", `http://${addresses.monitor}:3000`];
    const grafana = async (network: string) =>
      (await smoke(undefined, { options, network })).at(-1);
    expect(await grafana("internet")).toContain(
      "port 3000 of 10.0.0.30 is silent: only tripod:adminCidr may reach Grafana",
    );
    expect(await grafana("administrator")).toContain("nothing listens on port 3000");

    const server = `require("http").createServer((_, answer) => answer.end("{}")).listen(3000, () => console.log())`;
    const stand = deployment.bed.lab.start([process.execPath, "-e", server], {
      network: "monitor",
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(stand.stdout ?? stand, "data");
    expect(await grafana("administrator")).toBe("ok    Grafana is alive");
  });

  test.concurrent("tells a name that nobody knows", async () => {
    const lines = await smoke("http://no-such-name.invalid");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`nobody knows the name "no-such-name.invalid": is it spelt right?`);
  });

  test("tells a security group that does not let the internet in", async () => {
    const { bed } = deployment;
    await bed.admit(
      "producer",
      bed.flows.filter(({ name }) => name !== "internet-to-public"),
    );
    const lines = await smoke();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("port 80 of 10.0.0.20 is silent: its security group");
    await bed.admit("producer", bed.flows);
    await untilWell();
  });

  test("tells a security group that lets too many in", async () => {
    const { bed } = deployment;
    const board = bed.flows.find(({ name }) => name === "administrator-to-board");
    expect(board?.port).toBe(8081);
    const opened = bed.flows.map((flow) =>
      flow === board ? { ...flow, from: "internet" as const } : flow,
    );
    await bed.admit("producer", opened);
    const failures = (await smoke()).filter(isFailure);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain("Bull Board answers you on port 8081");
    await bed.admit("producer", bed.flows);
    await untilWell();
  });

  test("tells a producer that does not run", async () => {
    const { producer } = deployment;
    await producer.run("systemctl", "stop", "tripod-producer");
    const lines = await smoke();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("10.0.0.20 is up, but nothing listens on port 80");
    await producer.run("systemctl", "start", "tripod-producer");
    await untilWell();
  });

  test("tells a Redis that is stopped", async () => {
    const { redis } = deployment;
    await redis.run("systemctl", "stop", "redis-server");
    const lines = await smoke();
    expect(lines).toHaveLength(4);
    expect(lines[3]).toContain('"curl -s localhost:9464/readyz" says why');
    expect((await smoke(undefined, { network: "administrator" })).at(-1)).toContain(
      "the producer runs, but does not reach Redis: Redis is stopped",
    );
    await redis.run("systemctl", "start", "redis-server");
    await untilWell();
  });

  test("tells a producer that has another password", async () => {
    const { producer } = deployment;
    await producer.run("sh", "-c", "echo another > /run/tripod/redis-password");
    await producer.run("systemctl", "restart", "tripod-producer");
    await until("the producer to listen", async () => (await smoke()).length > 2);
    const lines = await smoke();
    expect(lines).toHaveLength(4);
    expect(lines[3]).toContain('"curl -s localhost:9464/readyz" says why');
    expect((await smoke(undefined, { network: "administrator" })).at(-1)).toContain(
      "the producer runs, but Redis refuses its password",
    );
    await producer.run("systemctl", "restart", "tripod-secrets");
    await producer.run("systemctl", "restart", "tripod-producer");
    await untilWell();
  });

  test("tells that no worker runs", async () => {
    const { worker } = deployment;
    await worker.run("systemctl", "stop", "tripod-worker");
    const failures = (await smoke()).filter(isFailure);
    expect(failures).toHaveLength(3);
    expect(failures[0]).toContain("the job waits because no worker is connected");
    await worker.run("systemctl", "start", "tripod-worker");
    await untilWell();
  });
});

function isFailure(line: string): boolean {
  return line.startsWith("FAIL");
}

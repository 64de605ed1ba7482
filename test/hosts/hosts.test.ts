import { beforeAll, describe, expect, test } from "vitest";
import { password } from "../support/mocked-stack.ts";
import { until } from "../support/until.ts";
import { hosts } from "../../src/contract/topology.ts";
import { rootPatienceMs } from "./debian-root.ts";
import { boardUser } from "./bed.ts";
import { type Deployment, openDeployment } from "./deployment.ts";
import type { Machine } from "./machine.ts";
import { addresses, awsAddress, stations } from "./network.ts";
import { whyNoHosts } from "./requirements.ts";
import { startStation } from "./station.ts";

const obstacle = whyNoHosts();

describe.skipIf(obstacle)(`four booted hosts (${obstacle ?? "here"})`, () => {
  let deployment: Deployment;
  let monitor: Machine;
  beforeAll(async () => {
    const monitored = await openDeployment("monitor");
    [deployment, monitor] = [monitored, monitored.monitor];
    return () => deployment.bed.close();
  }, rootPatienceMs);

  test("somebody on the internet has 10 divided by 2, and 10 by 0 refused", async () => {
    const { submit, untilEnded } = deployment;
    expect(await untilEnded(await submit({ x: 10, y: 2 }))).toMatchObject({
      status: "succeeded",
      result: 5,
    });
    expect(await untilEnded(await submit({ x: 10, y: 0 }))).toMatchObject({
      status: "failed",
      error_type: "division_by_zero",
    });
  });

  test("everybody reaches exactly what the firewall of the topology lets them reach", async () => {
    const open = [
      "administrator -> monitor:22",
      "administrator -> monitor:3000",
      "administrator -> producer:22",
      "administrator -> producer:80",
      "administrator -> producer:8081",
      "administrator -> producer:9464",
      "administrator -> redis:22",
      "administrator -> worker:22",
      "internet -> producer:80",
      "monitor -> producer:80",
      "monitor -> producer:9100",
      "monitor -> producer:9464",
      "monitor -> redis:6379",
      "monitor -> redis:9100",
      "monitor -> worker:9100",
      "monitor -> worker:9464",
      "producer -> monitor:3100",
      "producer -> monitor:4318",
      "producer -> redis:6379",
      "redis -> producer:80",
      "worker -> monitor:3100",
      "worker -> monitor:4318",
      "worker -> producer:80",
      "worker -> redis:6379",
    ];
    const ports = [22, 80, 443, 3000, 3100, 3200, 4318, 6379, 8081, 9090, 9100, 9121, 9464];
    const probes = stations.flatMap((from) => {
      const station = startStation(deployment.bed.lab, from);
      return hosts
        .filter((to) => to !== from)
        .flatMap((to) =>
          ports.map(async (port) => ({
            flow: `${from} -> ${to}:${port}`,
            answer: await station.ask("connect", { host: addresses[to], port }),
          })),
        );
    });
    const answers = await Promise.all(probes);
    expect(answers).toHaveLength(260);
    expect(
      answers
        .filter(({ answer }) => answer === "open")
        .map(({ flow }) => flow)
        .toSorted(),
    ).toEqual(open);
    expect(answers.filter(({ answer }) => answer === "refused")).toEqual([]);
  });

  test.each(["producer", "worker"] as const)(
    "the %s pushes logs to the monitor, and can neither read, delete nor set anything there",
    async (from) => {
      const station = startStation(deployment.bed.lab, from);
      const ask = async (method: string, path: string) => {
        const url = `http://${addresses.monitor}:3100${path}`;
        const body = method === "POST" ? { resourceLogs: [] } : undefined;
        return (await station.ask("fetch", { url, method, body })).status;
      };
      expect(await ask("POST", "/otlp/v1/logs")).toBe(200);
      const refused = [
        ["GET", "/loki/api/v1/query_range?query=%7Bservice_name%3D~%22.%2B%22%7D"],
        ["GET", "/loki/api/v1/labels"],
        ["POST", "/loki/api/v1/delete?query=%7Bjob%3D%22a%22%7D&start=0"],
        ["POST", "/loki/api/v1/push"],
        ["POST", "/otlp/v1/logs/../../../loki/api/v1/delete"],
        ["POST", "/otlp/v1/logs%2f..%2f..%2f..%2floki/api/v1/delete"],
        ["POST", "//loki/api/v1/delete"],
        ["POST", "/log_level?log_level=debug"],
        ["POST", "/flush"],
        ["GET", "/config"],
        ["GET", "/metrics"],
      ] as const;
      const answers = refused.map(async ([method, path]) => `${path} ${await ask(method, path)}`);
      expect(await Promise.all(answers)).toEqual(refused.map(([, path]) => `${path} 403`));
      expect(await ask("GET", "/otlp/v1/logs")).toBe(405);
      expect(await ask("DELETE", "/otlp/v1/logs")).toBe(405);
    },
  );

  test("what keeps metrics, traces and logs is asked on the monitor itself alone", async () => {
    const listening = await monitor.run("ss", "--listening", "--tcp", "--numeric", "--no-header");
    const addressesOf = listening
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/)[3] ?? "");
    const reached = addressesOf.filter((address) => !/^(127\.|\[::1\])/.test(address));
    expect([...new Set(reached)].toSorted()).toEqual([
      "0.0.0.0:22",
      "0.0.0.0:3000",
      `${addresses.monitor}:3100`,
      `${addresses.monitor}:4318`,
      "[::]:22",
    ]);
  });

  test("a flood of lines is cut short and counted, and hides no other unit's", async () => {
    const { redis } = deployment;
    const flood = "yes flood | head --lines=300000";
    await redis.run("systemd-run", "--wait", "--unit=before", "echo", "heard before");
    await redis.run("systemd-run", "--wait", "--unit=flood", "sh", "-c", flood);
    await redis.run("systemd-run", "--wait", "--unit=other", "echo", "still heard");
    await redis.run("journalctl", "--sync");
    const count = "journalctl --unit=flood --output=cat | grep --count ^flood";
    const kept = Number(await redis.run("sh", "-c", count));
    expect(kept).toBeGreaterThanOrEqual(10_000);
    // journald multiplies by five on the disk of a large machine.
    expect(kept).toBeLessThanOrEqual(60_000);
    expect(await redis.run("journalctl", "--unit=before", "--output=cat")).toContain(
      "heard before",
    );
    expect(await redis.run("journalctl", "--unit=other", "--output=cat")).toContain("still heard");
    const settings = await redis.run("systemd-analyze", "cat-config", "systemd/journald.conf");
    expect(settings).toContain("\nSystemMaxUse=500M\n");
  });

  test("Redis and its exporter reach nobody outside of their network, though their host does", async () => {
    const { redis } = deployment;
    const ask = `curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' http://${awsAddress}:443/ || true`;
    expect(await redis.run("sh", "-c", ask)).not.toBe("000");
    for (const unit of ["redis-server", "prometheus-node-exporter"]) {
      // As if the service itself asked: the kernel looks at the control group of the process.
      const enter = `echo $$ > /sys/fs/cgroup/system.slice/${unit}.service/cgroup.procs`;
      expect(await redis.run("sh", "-c", `${enter}; ${ask}`)).toBe("000");
    }
  });

  test("the worker may end an isolated task by a control group of its own", async () => {
    const { worker } = deployment;
    const journal = await worker.run("journalctl", "--unit=tripod-worker", "--output=cat");
    expect(journal).toContain('"isolated_tasks_end_by":"control_group"');
  });

  test("the monitor finds every host by asking EC2, and reads all that they tell", async () => {
    // The only thing that knows it is not on EC2: the address at which EC2 is asked.
    const endpoint = `/region: us-east-1/a\\        endpoint: http://${awsAddress}:443`;
    await monitor.run("sed", "--in-place", endpoint, "/opt/tripod/current/prometheus.yaml");
    await monitor.run("systemctl", "reload", "prometheus");
    const ask = async (query: string) => {
      const url = `http://127.0.0.1:9090/api/v1/query?query=${query}`;
      const { data } = JSON.parse(await monitor.run("curl", "--silent", url));
      return data.result as { metric: Record<string, string>; value: [number, string] }[];
    };
    const read = async () => {
      const targets = await ask("up");
      const up = targets.map(
        ({ metric, value }) => `${metric["job"]} ${metric["instance"]} ${value[1]}`,
      );
      return up.length === 7 && up.every((target) => target.endsWith(" 1")) && up.toSorted();
    };
    expect(await until("every target to be up", read)).toEqual([
      `node ${addresses.producer}:9100 1`,
      `node ${addresses.redis}:9100 1`,
      `node ${addresses.worker}:9100 1`,
      "node localhost:9100 1",
      "redis localhost:9121 1",
      `taskqueue-producer ${addresses.producer}:9464 1`,
      `taskqueue-worker ${addresses.worker}:9464 1`,
    ]);
    const valueOf = async (query: string) => (await ask(query)).map(({ value }) => value[1]);
    expect(await valueOf("redis_up")).toEqual(["1"]);
    expect(await valueOf("count(node_memory_MemAvailable_bytes)")).toEqual(["4"]);
  });

  test("the monitor keeps what it sees on its volume", async () => {
    const folders = await monitor.run("stat", "--format=%n %U", "/var/lib/tripod/prometheus/wal");
    expect(folders).toBe("/var/lib/tripod/prometheus/wal prometheus\n");
    expect(await monitor.run("findmnt", "--noheadings", "--output=LABEL", "/var/lib/tripod")).toBe(
      "tripod-monitor\n",
    );
  });

  test("nothing on a host has failed or asks for attention", async () => {
    const { redis, producer, worker } = deployment;
    for (const host of [redis, producer, worker, monitor]) {
      const readState = async () =>
        host
          .run("systemctl", "is-system-running", "--wait")
          .catch(({ stdout }: { stdout: string }) => stdout);
      const state = await readState();
      expect(await host.run("systemctl", "--failed", "--no-legend", "--plain")).toBe("");
      expect(state).toBe("running\n");
    }
  });

  test("each host has fetched the release and its own secrets, once and signed by its own role", () => {
    const calls = deployment.bed.aws.calls
      .filter(({ call }) => !call.startsWith("ec2:"))
      .map(({ role, call, status }) => `${role} ${call} ${status}`);
    const release = expect.stringMatching(
      /^producer s3:GetObject releases-id\/releases\/\w{64}\.tar\.gz 200$/,
    );
    expect(calls).toHaveLength(8);
    expect(calls).toEqual(
      expect.arrayContaining([
        release,
        expect.stringMatching(/^worker s3:GetObject releases-id\/releases\/\w{64}\.tar\.gz 200$/),
        "producer ssm:GetParameter /tripod/test/producer-redis-password 200",
        "producer ssm:GetParameter /tripod/test/board-password 200",
        "worker ssm:GetParameter /tripod/test/worker-redis-password 200",
        expect.stringMatching(/^monitor s3:GetObject releases-id\/releases\/\w{64}\.tar\.gz 200$/),
        "monitor ssm:GetParameter /tripod/test/grafana-password 200",
        "monitor ssm:GetParameter /tripod/test/exporter-password 200",
      ]),
    );
  });

  test("Redis lets nobody in without the password, not even on its own host", async () => {
    const { redis } = deployment;
    const say = (...options: string[]) =>
      redis.run("redis-cli", "-h", addresses.redis, "--no-auth-warning", ...options, "PING");
    expect(await say()).toBe("NOAUTH Authentication required.\n\n");
    expect(await say("--user", "default", "--pass", password)).toContain("NOAUTH");
    expect(await say("--user", "worker", "--pass", "guess")).toContain("NOAUTH");
    expect(await say("--user", "worker", "--pass", password)).toBe("PONG\n");
  });

  test("Redis runs with half of the memory, an append-only file, and without eviction", async () => {
    const { redis } = deployment;
    const login = ["--user", "worker", "--pass", password, "--no-auth-warning"];
    const info = await redis.run("redis-cli", ...login, "INFO");
    const field = (name: string) => new RegExp(`^${name}:(.*)\r$`, "m").exec(info)?.[1];
    const total = await redis.run("awk", "/^MemTotal:/ { print $2 }", "/proc/meminfo");
    expect({
      policy: field("maxmemory_policy"),
      appendOnly: field("aof_enabled"),
      halves: Math.round(Number(total) / (Number(field("maxmemory")) / 1024)),
    }).toEqual({ policy: "noeviction", appendOnly: "1", halves: 2 });
  });

  test("systemd hands a variable of the stack over as it was set", async () => {
    const { producer } = deployment;
    const process = ["systemctl", "show", "--property=MainPID", "--value", "tripod-producer"];
    const pid = (await producer.run(...process)).trim();
    const environment = (await producer.run("cat", `/proc/${pid}/environ`)).split("\0");
    expect(environment.filter((line) => line.startsWith("BOARD_USER="))).toEqual([
      `BOARD_USER=${boardUser}`,
    ]);
  });

  test("no disk, log or environment of a host holds the password", async () => {
    const search = `grep --recursive --files-with-matches --fixed-strings '${password}' /etc /opt/tripod/current/src /root /tmp /usr/local /var /proc/[0-9]*/environ 2>/dev/null || true`;
    const { redis, producer, worker } = deployment;
    for (const host of [redis, producer, worker, monitor]) {
      expect(await host.run("sh", "-c", search)).toBe("");
      expect(await host.run("sh", "-c", "journalctl --no-pager")).not.toContain(password);
    }
    expect(await worker.run("cat", "/run/tripod/redis-password")).toBe(password);
  });
});

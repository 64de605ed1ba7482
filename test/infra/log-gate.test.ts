import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logGateConfiguration } from "../../infra/boot/log-gate.ts";
import { monitoringPorts } from "../../src/contract/monitoring.ts";
import { network } from "../../src/contract/topology.ts";
import { loadDebianRoot, rootPatienceMs } from "../hosts/debian-root.ts";
import { type Lab, openLab } from "../hosts/lab.ts";
import { whyNoHosts } from "../hosts/requirements.ts";
import { answering } from "../hosts/stand-ins.ts";

const obstacle = whyNoHosts();
const place = `${network.monitorAddress}:3100`;

describe.skipIf(obstacle)(`Debian's nginx before Loki (${obstacle ?? "here"})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    const root = await loadDebianRoot();
    lab = await openLab();
    await lab.run(["ip", "address", "add", `${network.monitorAddress}/32`, "dev", "lo"]);
    await lab.run(["mkdir", "/run/debian", "/run/changes", "/run/work"]);
    const layers = `lowerdir=${root},upperdir=/run/changes,workdir=/run/work`;
    await lab.run(["mount", "-t", "overlay", "-o", layers, "overlay", "/run/debian"]);
    const write = (path: string, input: string) =>
      lab.run(["sh", "-c", 'cat > "$1"', "sh", `/run/debian${path}`], { input });
    await write("/root/loki.py", answering);
    await write("/root/log-gate.conf", logGateConfiguration);
    await inDebian(
      "dpkg-deb --extract /var/cache/apt/archives/nginx_*.deb / && mkdir --parents /run/tripod-log-gate",
    );
    for (const command of [
      `python3 /root/loki.py 127.0.0.1 ${monitoringPorts.loki}`,
      "nginx -e stderr -c /root/log-gate.conf",
    ]) {
      lab.start(["chroot", "/run/debian", ...command.split(" ")], {
        stdio: ["ignore", "ignore", "ignore"],
      });
    }
    const ready = "curl --silent --retry 60 --retry-connrefused --retry-delay 1 --output /dev/null";
    await inDebian(
      `${ready} http://127.0.0.1:${monitoringPorts.loki}/ && ${ready} http://${place}/`,
    );
  }, rootPatienceMs);
  afterAll(() => lab.close());

  const inDebian = (command: string) =>
    lab.run(["chroot", "/run/debian", "env", "PATH=/usr/sbin:/usr/bin", "sh", "-c", command]);

  /** What is answered to each request, as its status and body; the paths stay as they are. */
  async function ask(requests: readonly string[], options = ""): Promise<string[]> {
    const calls = requests.map((request) => {
      const [method, path] = request.split(" ");
      return `curl --silent --path-as-is --request ${method} ${options} --write-out '\\n%{http_code}\\n' 'http://${place}${path}'`;
    });
    const lines = (await inDebian(calls.join("\n"))).split("\n");
    return lines.filter((line) => /^(\d{3}|POST .*|GET .*)$/.test(line));
  }

  test("hands on what a service pushes, and nothing of how the path was spelt", async () => {
    const pushes = ["POST /otlp/v1/logs", "POST /otlp/v1/../v1/logs?start=0"];
    expect(await ask(pushes, "--data '{}'")).toEqual([
      "POST /otlp/v1/logs",
      "200",
      "POST /otlp/v1/logs",
      "200",
    ]);
  });

  test("refuses to read, delete, set or write in any other way, however it is spelt", async () => {
    const requests = [
      "GET /loki/api/v1/query_range?query=%7Bjob%3D%22a%22%7D",
      "GET /loki/api/v1/labels",
      "POST /loki/api/v1/delete?query=%7Bjob%3D%22a%22%7D&start=0",
      "POST /loki/api/v1/push",
      "POST /otlp/v1/logs/../../../loki/api/v1/delete",
      "POST /otlp/v1/logs%2f..%2f..%2f..%2floki/api/v1/delete",
      "POST //loki/api/v1/delete",
      "POST /otlp/v1/logs/",
      "POST /OTLP/v1/logs",
      "POST /log_level?log_level=debug",
      "POST /flush",
      "GET /ready",
      "GET /config",
      "GET /metrics",
      "GET /",
    ];
    expect(await ask(requests)).toEqual(requests.map(() => "403"));
    expect(await ask(["GET /otlp/v1/logs", "DELETE /otlp/v1/logs"])).toEqual(["405", "405"]);
  });

  test("refuses more at once than Loki would take", async () => {
    await inDebian("head --bytes=5000000 /dev/zero > /root/large");
    expect(await ask(["POST /otlp/v1/logs"], "--data-binary @/root/large")).toEqual(["413"]);
  });
});

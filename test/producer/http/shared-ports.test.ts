import { expect, test } from "vitest";
import { canSharePorts } from "../../../src/service/doors.ts";
import { paths } from "../../../src/contract/paths.ts";
import { ask } from "../../support/ask.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";

/** Of as many to two producers, none comes to the second one once in sixteen million times; they take less than the five seconds for which it waits. */
const requests = 24;

test.runIf(canSharePorts)(
  "a producer takes no request from the one that it follows before it can answer",
  async () => {
    const first = await startProducer();
    const redis = await ownRedis();
    await redis.signal("SIGSTOP");

    let isOpen = false;
    const second = startProducer({
      redisUrl: redis.url,
      sharedPort: Number(new URL(first.url).port),
    }).finally(() => {
      isOpen = true;
    });
    expect(await readStatuses(first.url)).toEqual(new Set([200]));
    expect(isOpen).toBe(false);

    await redis.signal("SIGCONT");
    await second;
    await first.close();
    expect(await readStatuses(first.url)).toEqual(new Set([200]));
  },
);

/** Each on a connection of its own, which may come to either of two producers. */
async function readStatuses(url: string): Promise<Set<number | undefined>> {
  const statuses = new Set<number | undefined>();
  for (let request = 0; request < requests; request += 1) {
    const { status } = await ask(`${url}${paths.readiness}`, {
      agent: false,
      localAddress: "127.0.0.1",
    });
    statuses.add(status);
  }
  return statuses;
}

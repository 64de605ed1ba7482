import { expect, test } from "vitest";
import { submitDivision } from "../../../support/client.ts";
import { startConsole } from "../../../support/console.ts";
import { boardAuthorization } from "../../../support/producer.ts";

test("the page that an operator is led to says what was done, once, and to nobody's script", async () => {
  const { url, boardUrl, name } = await startConsole();
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const as = { authorization: boardAuthorization, accept: "text/html" };
  const act = async (path: string) => {
    const headers = { ...as, origin: boardUrl };
    const body = new URLSearchParams();
    const init = { method: "POST", headers, body, redirect: "manual" } as const;
    const answer = await fetch(boardUrl + path, init);
    const [cookie = "", ...attributes] = (answer.headers.getSetCookie()[0] ?? "").split("; ");
    return { location: answer.headers.get("location") ?? "", cookie, attributes };
  };
  const look = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(boardUrl + path, { headers: { ...as, ...headers } });
    const text = await answer.text();
    const told = /<p role="status" class="notice">(.*?)<\/p>/.exec(text)?.[1];
    return { told, cookies: answer.headers.getSetCookie() };
  };
  const deeds = [
    [`/jobs/${id}/cancel`, `/jobs/${id}`, "Cancelled: no further attempt is made."],
    [`/jobs/${id}/retry`, `/jobs/${id}`, "Retried: its attempts start afresh."],
    [`/queues/${name}/pause`, "/queues", "Paused: nothing starts until it is resumed."],
    [`/jobs/${id}/delete`, `/audit?target=${id}`, "Deleted."],
  ] as const;
  for (const [path, page, sentence] of deeds) {
    const { location, cookie, attributes } = await act(path);
    expect([location, cookie]).toEqual([page, expect.stringContaining("tripod-done=")]);
    const of = `path=${page.split("?")[0]}`;
    expect(attributes).toEqual(expect.arrayContaining([of, "samesite=strict", "httponly"]));
    const renewal = await look(location, { cookie, "sec-fetch-dest": "empty" });
    expect(renewal).toEqual({ told: undefined, cookies: [] });
    const first = await look(location, { cookie, "sec-fetch-dest": "document" });
    expect(first.told).toBe(sentence);
    expect(first.cookies).toEqual([
      expect.stringMatching(/^tripod-done=; .*expires=Thu, 01 Jan 1970/),
    ]);
    expect((await look(location, {})).told).toBeUndefined();
  }
  const foreign = { cookie: "tripod-done=job.sing" };
  expect((await look("/queues", foreign)).told).toBeUndefined();
});

import { expect, test } from "vitest";
import { askConsole, startConsole } from "../../support/console.ts";
import { addFailedJobs } from "../../support/failed-jobs.ts";
import { boardLogin } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { until } from "../../support/until.ts";

test("a browser whose requests alternate between two producers sees one console", async () => {
  const first = await startConsole();
  const second = await startConsole({ name: first.name });
  await addFailedJobs(first.queue, first.redis, 60);
  const boards = [first, second].map(({ boardUrl }) => boardUrl);
  for (const { ask } of [first, second]) {
    await until("all jobs to be in its index", async () => {
      const { body } = await ask("/jobs?state=failed");
      return body.counts?.failed === 60 && body.index.phase === "following";
    });
  }
  const { cookie } = await signIn(first.boardUrl, boardLogin);
  let requests = 0;
  /** As a browser with its cookie, and with no password, at one of them and then at the other. */
  const look = (path: string, accept = "text/html") => {
    requests += 1;
    const board = boards[requests % 2] ?? "";
    return askConsole(board, path, { as: "", headers: { cookie, accept } });
  };
  const twice = async (path: string) => {
    const pages = [await look(path), await look(path)];
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    return pages.map(({ text }) => text);
  };

  // Each page leads to the next, which the other producer knows nothing of but by the address.
  const seen: string[] = [];
  let query = "?state=failed&limit=25";
  for (let page = 0; page < 3; page += 1) {
    const { status, body } = await look(`/jobs${query}`, "application/json");
    expect(status).toBe(200);
    seen.push(...body.jobs.map(({ id }: { readonly id: string }) => id));
    query = body.next;
  }
  expect([seen.length, new Set(seen).size]).toEqual([60, 60]);

  const [id = ""] = seen;
  for (const page of await twice(`/jobs/${id}`)) expect(page).toContain(id);
  for (const page of await twice("/actions/new?action=retry&state=failed")) {
    expect(page).toContain("<h1>Retry 60 jobs</h1>");
  }
  const form = { action: "retry", filter: "state=failed" };
  const ordered = await askConsole(first.boardUrl, "/actions", {
    as: "",
    form,
    headers: { cookie },
  });
  expect(ordered.status).toBe(303);
  await until("the other producer to tell that the run is done", async () => {
    const { body } = await askConsole(second.boardUrl, ordered.location ?? "", {
      as: "",
      headers: { cookie },
    });
    return body.state === "done" && body.done === 60;
  });
  await fetch(`${second.boardUrl}/sign-out`, {
    method: "POST",
    headers: { cookie, origin: second.boardUrl },
    redirect: "manual",
  });
  for (const board of boards) {
    const { status } = await askConsole(board, "/jobs", { as: "", headers: { cookie } });
    expect(status).toBe(401);
  }
});

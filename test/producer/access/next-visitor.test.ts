import { expect, test } from "vitest";
import { startProducer } from "../../support/producer.ts";
import { usersPassword, writeUsers } from "../../support/users.ts";

const jobs = `tripod-jobs=${"a".repeat(26)}`;

async function signIn(url: string, password: string) {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    headers: { origin: url, cookie: jobs },
    body: new URLSearchParams({ name: "viewer", password, next: "/" }),
    redirect: "manual",
  });
  const cookies = response.headers
    .getSetCookie()
    .filter((one) => /^tripod-(jobs|files)=/.test(one));
  return { status: response.status, cookies };
}

test("who signs in after somebody else is not told of their jobs, and a wrong password forgets none", async () => {
  const { url } = await startProducer({
    usersFile: await writeUsers("viewer"),
    publicAccess: "signed-in",
  });
  const wrong = await signIn(url, "guess");
  expect([wrong.status === 303, wrong.cookies]).toEqual([false, []]);
  const right = await signIn(url, usersPassword);
  const forgotten = ["jobs", "files"].map((what) => expect.stringMatching(`^tripod-${what}=;`));
  expect([right.status, right.cookies]).toEqual([303, forgotten]);
});

import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { expect, test } from "vitest";
import { hashPassword } from "../../../src/producer/console/password-hash.ts";
import { parseUsers } from "../../../src/producer/console/users-file.ts";
import { boardLogin, startProducer } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { collectLog } from "../../support/telemetry.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";
import { authorizationOf, usersPassword, writeUsers } from "../../support/users.ts";

const statusWith = async (boardUrl: string, headers: Record<string, string>) =>
  (await fetch(boardUrl, { headers })).status;

test("users of the file sign in by form and by program, and the administrator stays", async () => {
  const usersFile = await writeUsers("viewer", "operator");
  const { boardUrl } = await startProducer({ usersFile });
  for (const user of ["viewer", "operator"]) {
    const { cookie } = await signIn(boardUrl, { user, password: usersPassword });
    expect(await statusWith(boardUrl, { cookie })).toBe(200);
    expect(await statusWith(boardUrl, { authorization: authorizationOf(user) })).toBe(200);
    expect(await statusWith(boardUrl, { authorization: authorizationOf(user, "no") })).toBe(401);
  }
  expect((await signIn(boardUrl, boardLogin)).status).toBe(303);
});

test("a user who is removed is out within ten seconds, with session and password", async () => {
  const usersFile = await writeUsers("viewer", "operator");
  const { boardUrl } = await startProducer({ usersFile });
  const login = { user: "operator", password: usersPassword };
  const { cookie } = await signIn(boardUrl, login);
  const authorization = authorizationOf("operator");
  expect(await statusWith(boardUrl, { authorization })).toBe(200);
  const [viewer] = readFileSync(usersFile, "utf8").split("\n");
  writeFileSync(`${usersFile}.new`, `${viewer}\n`);
  renameSync(`${usersFile}.new`, usersFile);
  await until(
    "the session to be over",
    async () => (await statusWith(boardUrl, { cookie })) === 401,
    10_000,
  );
  expect(await statusWith(boardUrl, { authorization })).toBe(401);
  expect((await signIn(boardUrl, login)).status).toBe(401);
  expect(await statusWith(boardUrl, { authorization: authorizationOf("viewer") })).toBe(200);
});

test("a new password ends the sessions that the old one began", async () => {
  const usersFile = await writeUsers("operator");
  const { boardUrl } = await startProducer({ usersFile });
  const { cookie } = await signIn(boardUrl, { user: "operator", password: usersPassword });
  writeFileSync(usersFile, `operator:operator:${await hashPassword("another password")}\n`);
  await until(
    "the session to be over",
    async () => (await statusWith(boardUrl, { cookie })) === 401,
  );
  expect(await statusWith(boardUrl, { authorization: authorizationOf("operator") })).toBe(401);
});

test("a line that becomes wrong lets nobody in, and the others stay", async () => {
  const usersFile = await writeUsers("viewer");
  const { boardUrl } = await startProducer({ usersFile });
  appendFileSync(usersFile, `ann:boss:${await hashPassword(usersPassword)}\n`);
  appendFileSync(usersFile, `bob:operator:${await hashPassword(usersPassword)}\n`);
  await until(
    "the new user",
    async () => (await statusWith(boardUrl, { authorization: authorizationOf("bob") })) === 200,
    9_000,
    1_500,
  );
  expect(await statusWith(boardUrl, { authorization: authorizationOf("ann") })).toBe(401);
  expect(await statusWith(boardUrl, { authorization: authorizationOf("viewer") })).toBe(200);
  rmSync(usersFile);
  await until(
    "nobody",
    async () => (await statusWith(boardUrl, { authorization: authorizationOf("viewer") })) === 401,
  );
});

test("while the file cannot be read its users stay for a moment, and are out within ten seconds", async () => {
  const usersFile = await writeUsers("viewer");
  const { boardUrl } = await startProducer({ usersFile });
  const { cookie } = await signIn(boardUrl, { user: "viewer", password: usersPassword });
  const isLetIn = async () => (await statusWith(boardUrl, { cookie })) === 200;
  // As it is asked for all the time, it has just been read.
  expect(await isLetIn()).toBe(true);
  renameSync(usersFile, `${usersFile}.old`);
  mkdirSync(usersFile);
  const goneAt = performance.now();
  const statuses: boolean[] = [];
  await until(
    "the session to be refused",
    async () => {
      statuses.push(await isLetIn());
      return statuses.at(-1) === false;
    },
    10_000,
  );
  expect(statuses.length).toBeGreaterThan(1);
  expect(performance.now() - goneAt).toBeGreaterThan(1_500);
  rmdirSync(usersFile);
  renameSync(`${usersFile}.old`, usersFile);
  await until("the same session to hold again", isLetIn);
});

test("a refused session keeps its cookie, for another producer may know its user", async () => {
  const newer = await startProducer({ usersFile: await writeUsers("viewer") });
  const older = await startProducer();
  const { cookie } = await signIn(newer.boardUrl, { user: "viewer", password: usersPassword });
  const refused = await fetch(older.boardUrl, { headers: { cookie } });
  expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
});

test("a producer that cannot read the file starts with the administrator alone, and says so", async () => {
  const usersFile = createTemporaryFolder();
  const { log, lines } = collectLog();
  const { boardUrl } = await startProducer({ usersFile, log });
  expect((await signIn(boardUrl, boardLogin)).status).toBe(303);
  expect(lines()).toContainEqual(
    expect.objectContaining({
      level: "error",
      msg: "cannot read the file of users: without it only the administrator can sign in",
      problem: expect.stringContaining(usersFile),
    }),
  );
});

test("a file of users that is wrong from the start is refused with all that is wrong", async () => {
  const usersFile = await writeUsers("viewer");
  appendFileSync(
    usersFile,
    "ann:boss:secret\nviewer:viewer:$scrypt$ln=30,r=8,p=1$x$y\n\n# ok\n:x\n",
  );
  await expect(startProducer({ usersFile })).rejects.toThrow(
    /line 2: the role must be one of: viewer, operator[^]*line 2: the hash must be one of scrypt[^]*line 3: the hash[^]*line 6: the name must be/,
  );
});

test("a name that is there twice is refused, for one of the two could be meant to be gone", async () => {
  const hash = await hashPassword(usersPassword);
  expect(parseUsers(`ann:viewer:${hash}\r\nann:operator:${hash}`)).toEqual({
    users: [{ name: "ann", role: "viewer", hash }],
    tokens: [],
    problems: ['line 2: the name "ann" is there twice'],
  });
});

test("a program that asks often is hashed once in a while, and no wrong password is told by its time", async () => {
  const usersFile = await writeUsers("viewer");
  const { boardUrl } = await startProducer({ usersFile });
  const timeOf = async (authorization: string) => {
    const begin = performance.now();
    await statusWith(boardUrl, { authorization });
    return performance.now() - begin;
  };
  await timeOf(authorizationOf("viewer"));
  const known = await median(() => timeOf(authorizationOf("viewer")), 9);
  const wrongUser = await median(() => timeOf(authorizationOf("viewer", "no")), 3);
  const wrongAdmin = await median(() => timeOf(authorizationOf("admin", "no")), 3);
  const nobody = await median(() => timeOf(authorizationOf("nobody", "no")), 3);
  // Each of these is hashed, and what is known is not.
  for (const ms of [wrongUser, wrongAdmin, nobody]) expect(ms).toBeGreaterThan(2 * known);
});

async function median(ask: () => Promise<number>, times: number): Promise<number> {
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) all.push(await ask());
  return all.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

import { execFile } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { changeUsers } from "../../../src/local/user/edit.ts";
import { programEnvironment } from "../../support/program-environment.ts";
import { findObstacle } from "../../support/requirements.ts";
import { startProducer } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";

const program = fileURLToPath(new URL("../../../src/local/user/main.ts", import.meta.url));
const password = "correct horse battery";

async function runUser(file: string, args: readonly string[], input = `${password}\n`) {
  const env = { ...programEnvironment, USERS_FILE: file };
  const child = execFile(process.execPath, [program, ...args], { env });
  const told = { out: "", err: "" };
  child.stdout?.on("data", (text) => (told.out += text));
  child.stderr?.on("data", (text) => (told.err += text));
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  const [code] = await once(child, "close");
  return { code, ...told };
}

test("a user who is added signs in at once, is listed, and is out once removed", async () => {
  const file = join(createTemporaryFolder(), "users");
  const { boardUrl } = await startProducer({ usersFile: file });
  const added = await runUser(file, ["add", "ann", "--role", "viewer"]);
  expect(added).toEqual({ code: 0, out: `"ann" is a viewer by ${file}\n`, err: "" });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toContain(password);
  const login = { user: "ann", password };
  await until(
    "her to be let in",
    async () => (await signIn(boardUrl, login)).status === 303,
    9_000,
    1_500,
  );
  expect(await runUser(file, ["list"])).toMatchObject({ code: 0, out: "ann  viewer\n" });
  expect(await runUser(file, ["remove", "ann"])).toMatchObject({ code: 0 });
  await until(
    "her to be out",
    async () => (await signIn(boardUrl, login)).status === 401,
    9_000,
    1_500,
  );
  expect(await runUser(file, ["list"])).toMatchObject({ code: 0, out: "" });
});

test("adding a user again replaces role and password, and leaves comments and others alone", async () => {
  const file = join(createTemporaryFolder(), "users");
  await runUser(file, ["add", "ann", "--role", "viewer"]);
  await runUser(file, ["add", "anna", "--role", "viewer"]);
  writeFileSync(file, `# the night shift\n${readFileSync(file, "utf8")}`);
  const before = readFileSync(file, "utf8").split("\n");
  await runUser(file, ["add", "ann", "--role", "operator"]);
  const after = readFileSync(file, "utf8").split("\n");
  expect(after.length).toBe(before.length);
  expect([after[0], after[2]]).toEqual([before[0], before[2]]);
  expect(after[1]).toMatch(/^ann:operator:/);
});

test("a token is printed once and stored as its hash, submits at once, is listed, and is out once removed", async () => {
  const file = join(createTemporaryFolder(), "users");
  const { url } = await startProducer({ usersFile: file });
  const { code, out, err } = await runUser(file, ["token", "ci", "--role", "submit"]);
  const token = out.trim();
  expect([code, token]).toEqual([0, expect.stringMatching(/^tripod_[0-9a-f]{48}$/)]);
  expect(err).toContain('"ci" may submit');
  expect(readFileSync(file, "utf8")).toMatch(/^ci:submit:[0-9a-f]{64}\n$/);
  const headers = { authorization: `Bearer ${token}` };
  const statusOf = async () => (await fetch(`${url}/api/v1/overview`, { headers })).status;
  await until("it to be known", async () => (await statusOf()) === 200, 9_000, 1_500);
  expect(await runUser(file, ["list"])).toMatchObject({ code: 0, out: "ci  submit (token)\n" });
  const again = await runUser(file, ["token", "ci", "--role", "view"]);
  expect(again.out).not.toBe(out);
  await until("the first to be out", async () => (await statusOf()) === 401, 9_000, 1_500);
  expect(await runUser(file, ["remove", "ci"])).toMatchObject({ code: 0 });
  expect(await runUser(file, ["list"])).toMatchObject({ code: 0, out: "" });
});

test("a user and a token have no name in common, so that neither replaces the other", async () => {
  const file = join(createTemporaryFolder(), "users");
  await runUser(file, ["add", "ann", "--role", "viewer"]);
  const token = await runUser(file, ["token", "ann", "--role", "submit"]);
  expect([token.code, token.err]).toEqual([1, expect.stringContaining('a user "ann" already')]);
  await runUser(file, ["token", "ci", "--role", "submit"]);
  const user = await runUser(file, ["add", "ci", "--role", "viewer"]);
  expect([user.code, user.err]).toEqual([1, expect.stringContaining('a token "ci" already')]);
});

test.each([
  [[], "no command is given", 2],
  [["add", "ann"], '--role is "", expected one of: viewer, operator', 2],
  [["add", "ann", "--role", "boss"], '--role is "boss", expected one of', 2],
  [["token", "ci", "--role", "viewer"], "expected one of: submit, view, operate", 2],
  [["token", "admin", "--role", "view"], '"admin" is the administrator', 1],
  [["rename", "ann"], 'cannot "rename ann"', 2],
  [["add", "a:b", "--role", "viewer"], "the name must be 1 to 64 letters", 1],
  [["add", "#bob", "--role", "viewer"], 'cannot add "#bob": the name must be', 1],
  [["add", "admin", "--role", "viewer"], '"admin" is the administrator', 1],
  [["remove", "bob"], 'there is no user "bob"', 1],
])("user %j is refused, and says why", async (args, why, code) => {
  const file = join(createTemporaryFolder(), "users");
  expect(await runUser(file, args)).toEqual({ code, out: "", err: expect.stringContaining(why) });
});

test("a password that is short, a file that is wrong and one that is being written are refused", async () => {
  const file = join(createTemporaryFolder(), "users");
  const args = ["add", "ann", "--role", "viewer"];
  expect((await runUser(file, args, "short\n")).err).toContain("must have 12 characters");
  writeFileSync(file, "ann:boss:x\n");
  expect((await runUser(file, args)).err).toContain("line 1: the role must be one of");
  expect(readFileSync(file, "utf8")).toBe("ann:boss:x\n");
  writeFileSync(`${file}.new`, "");
  expect((await runUser(file, args)).err).toContain("somebody else is changing the users");
});

test("a file keeps its mode, and a link to it stays one, also to a file that is not there yet", async () => {
  const [folder, other] = [createTemporaryFolder(), createTemporaryFolder()];
  const [link, file] = [join(folder, "users"), join(other, "users")];
  symlinkSync(file, link);
  const args = ["add", "ann", "--role", "viewer"];
  expect(await runUser(link, args)).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  chmodSync(file, 0o640);
  expect(await runUser(link, ["add", "bob", "--role", "viewer"])).toMatchObject({ code: 0 });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([readdirSync(folder), readdirSync(other)]).toEqual([["users"], ["users"]]);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readFileSync(file, "utf8")).toMatch(/^ann:viewer:.*\nbob:viewer:/);
});

const cannotOwn = findObstacle("give files to others", { commands: [], namespaces: true });
const nobody = 65_534;

test.skipIf(cannotOwn)("what root writes stays its owner's, and a new file is its folder's", () => {
  const folder = createTemporaryFolder();
  const [file, fresh] = [join(folder, "users"), join(folder, "fresh")];
  writeFileSync(file, "");
  chownSync(file, nobody, nobody);
  changeUsers(file, (text) => `${text}# here\n`);
  chownSync(folder, nobody, nobody);
  changeUsers(fresh, () => "# here\n");
  for (const { uid, gid } of [statSync(file), statSync(fresh)]) {
    expect([uid, gid]).toEqual([nobody, nobody]);
  }
});

test.skipIf(cannotOwn)("who cannot keep a file's owner is told so, and changes nothing", () => {
  const folder = createTemporaryFolder();
  const file = join(folder, "users");
  writeFileSync(file, "# root's\n", { mode: 0o644 });
  chownSync(folder, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    expect(() => changeUsers(file, () => "# nobody's\n")).toThrow(
      `cannot keep the owner of "${file}", user 0 and group 0`,
    );
  } finally {
    process.seteuid?.(0);
  }
  expect(readFileSync(file, "utf8")).toBe("# root's\n");
  expect(readdirSync(folder)).toEqual(["users"]);
});

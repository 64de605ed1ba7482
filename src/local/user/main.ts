import { join, resolve } from "node:path";
import { variables } from "../../contract/environment.ts";
import { roles, tokenRoles } from "../../contract/roles.ts";
import { createToken, hashToken } from "../../producer/access/token.ts";
import { hashPassword } from "../../producer/console/password-hash.ts";
import { assertUsers, loadUsers, userName } from "../../producer/console/users-file.ts";
import { readCommandLine } from "../../service/command-line.ts";
import { changeUsers, dropEntry, putEntry } from "./edit.ts";
import { readNewPassword } from "./password.ts";

const usage =
  "npm run user -- add NAME --role ROLE | token NAME --role ROLE | list | remove NAME [--file FILE]";

const { values, positionals } = readCommandLine(process, {
  usage,
  about: [
    "Says who may sign in beside the administrator, and which programs have a token.",
    "",
    "add      a user, who is a viewer, who looks in the console, or an operator, who acts, too;",
    "         asks for the password, or reads it from its input, and replaces a user of that name",
    "token    a token, which is printed this once: to submit, and see and cancel what it has",
    "         submitted, to view, or to operate, which is all of it; replaces one of that name",
    "list     users and tokens with their roles",
    "remove   a user or a token",
    "",
    "FILE is what USERS_FILE says, or the one of npm start. What changes holds within ten seconds,",
    "and shuts out whoever is removed or replaced.",
  ],
  options: { role: { type: "string" }, file: { type: "string" } },
  maxPositionals: 2,
});
const [command, name] = positionals;
const project = resolve(import.meta.dirname, "../../..");
const dataFolder = resolve(project, process.env["TRIPOD_DATA"] || ".tripod");
const file = values.file ?? (process.env["USERS_FILE"] || join(dataFolder, "users"));

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function run(): Promise<void> {
  if (command === "list" && name === undefined) list();
  else if (command === "add" && name !== undefined) await addUser(name, readRole(roles));
  else if (command === "token" && name !== undefined) addToken(name, readRole(tokenRoles));
  else if (command === "remove" && name !== undefined) remove(name);
  else refuse(command === undefined ? "no command is given" : `cannot "${positionals.join(" ")}"`);
}

function list(): void {
  const found = loadUsers(file);
  assertUsers(file, found);
  for (const user of found.users) console.log(`${user.name}  ${user.role}`);
  for (const token of found.tokens) console.log(`${token.name}  ${token.role} (token)`);
}

async function addUser(user: string, role: string): Promise<void> {
  assertName(user);
  if (loadUsers(file).tokens.some((one) => one.name === user)) throw refuseOther(user, "token");
  const hash = await hashPassword(await readNewPassword(process.stdin, process.stderr));
  changeUsers(file, (text) => putEntry(text, { name: user, role, hash }));
  console.log(`"${user}" is a ${role} by ${file}`);
}

function addToken(holder: string, role: string): void {
  assertName(holder);
  if (loadUsers(file).users.some((one) => one.name === holder)) throw refuseOther(holder, "user");
  const token = createToken();
  changeUsers(file, (text) => putEntry(text, { name: holder, role, hash: hashToken(token) }));
  console.error(`"${holder}" may ${role} by ${file}, with this token, which is not shown again:`);
  console.log(token);
}

function remove(gone: string): void {
  const { users, tokens } = loadUsers(file);
  if (![...users, ...tokens].some((one) => one.name === gone)) {
    throw new Error(`there is no user "${gone}" in ${file}, and no token of that name`);
  }
  changeUsers(file, (text) => dropEntry(text, gone));
  console.log(`"${gone}" is removed from ${file}`);
}

function assertName(wanted: string): void {
  const named = userName.safeParse(wanted);
  if (!named.success) throw new Error(`cannot add "${wanted}": ${named.error.issues[0]?.message}`);
  const administrator = process.env["BOARD_USER"] || variables.BOARD_USER.default;
  if (wanted === administrator) {
    throw new Error(`"${wanted}" is the administrator, whose password is BOARD_PASSWORD`);
  }
}

function refuseOther(wanted: string, kind: "user" | "token"): Error {
  return new Error(`there is a ${kind} "${wanted}" already, expected another name`);
}

function readRole<const R extends string>(known: readonly R[]): R {
  const role = known.find((one) => one === values.role);
  return role ?? refuse(`--role is "${values.role ?? ""}", expected one of: ${known.join(", ")}`);
}

function refuse(problem: string): never {
  console.error(`${problem}, expected: ${usage}`);
  process.exit(2);
}

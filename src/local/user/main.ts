import { join, resolve } from "node:path";
import { variables } from "../../contract/environment.ts";
import { type Role, roles } from "../../contract/roles.ts";
import { hashPassword } from "../../producer/console/password-hash.ts";
import { assertUsers, loadUsers, userName } from "../../producer/console/users-file.ts";
import { readCommandLine } from "../../service/command-line.ts";
import { changeUsers, dropUser, putUser } from "./edit.ts";
import { readNewPassword } from "./password.ts";

const usage = "npm run user -- add NAME --role ROLE | list | remove NAME [--file FILE]";

const { values, positionals } = readCommandLine(process, {
  usage,
  about: [
    "Says who may sign in to the console beside the administrator. ROLE is viewer, who looks, or",
    "operator, who acts, too. add asks for the password, or reads it from its input, and replaces a",
    "user of that name. FILE is what USERS_FILE says, or the one of npm start. What changes holds",
    "within ten seconds, and signs out whoever is removed or replaced.",
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
  else if (command === "add" && name !== undefined) await add(name, readRole());
  else if (command === "remove" && name !== undefined) remove(name);
  else refuse(command === undefined ? "no command is given" : `cannot "${positionals.join(" ")}"`);
}

function list(): void {
  const found = loadUsers(file);
  assertUsers(file, found);
  for (const user of found.users) console.log(`${user.name}  ${user.role}`);
}

async function add(user: string, role: Role): Promise<void> {
  const named = userName.safeParse(user);
  if (!named.success) throw new Error(`cannot add "${user}": ${named.error.issues[0]?.message}`);
  const administrator = process.env["BOARD_USER"] || variables.BOARD_USER.default;
  if (user === administrator) {
    throw new Error(`"${user}" is the administrator, whose password is BOARD_PASSWORD`);
  }
  const hash = await hashPassword(await readNewPassword(process.stdin, process.stderr));
  changeUsers(file, (text) => putUser(text, { name: user, role, hash }));
  console.log(`"${user}" is a ${role} by ${file}`);
}

function remove(user: string): void {
  const found = loadUsers(file);
  if (!found.users.some((one) => one.name === user)) {
    throw new Error(`there is no user "${user}" in ${file}`);
  }
  changeUsers(file, (text) => dropUser(text, user));
  console.log(`"${user}" is removed from ${file}`);
}

function readRole(): Role {
  const role = roles.find((one) => one === values.role);
  return role ?? refuse(`--role is "${values.role ?? ""}", expected one of: ${roles.join(", ")}`);
}

function refuse(problem: string): never {
  console.error(`${problem}, expected: ${usage}`);
  process.exit(2);
}

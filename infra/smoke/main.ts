import { type Check, createChecks } from "./checks.ts";
import { createDeployment } from "./deployment.ts";

const [address = "", redisHost] = process.argv.slice(2);
const url = URL.parse(address);
if (url === null || url.protocol !== "http:") {
  console.error(`expected "npm run smoke -- http://ADDRESS [REDIS_ADDRESS]", got "${address}"`);
  process.exit(2);
}

const checks = createChecks(createDeployment(url), redisHost ?? url.hostname);
let failures = 0;
for (const basis of checks.filter(({ isBasis }) => isBasis)) {
  report(basis, await causeOf(basis));
  if (failures > 0) process.exit(1);
}
const others = checks.filter(({ isBasis }) => !isBasis);
const causes = await Promise.all(others.map(causeOf));
others.forEach((check, index) => report(check, causes[index]));
process.exitCode = failures === 0 ? 0 : 1;

async function causeOf(check: Check): Promise<string | undefined> {
  return check.run().catch((error: Error) => `no usable answer came back: ${error.message}`);
}

function report({ promise }: Check, cause: string | undefined): void {
  if (cause !== undefined) failures += 1;
  console.log(cause === undefined ? `ok    ${promise}` : `FAIL  ${promise}: ${cause}`);
}

import { createReadStream, readFileSync, statSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { awsAddress, metadataAddress } from "./network.ts";
import { verifySignature } from "./signature.ts";

export interface AwsState {
  /** Address of a host -> its role. */
  readonly roles: Readonly<Record<string, Role>>;
  /** `<bucket>/<key>` -> file. */
  readonly objects: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** The running hosts, as EC2 lists them. */
  readonly instances: readonly Ec2Instance[];
}

interface Ec2Instance {
  readonly role: string;
  readonly stack: string;
  readonly address: string;
}

interface Role {
  readonly name: string;
  /** `<action> <object or parameter>`. */
  readonly allowed: readonly string[];
}

/** A line of this process's output for each call. */
export interface AwsCall {
  readonly role: string | undefined;
  readonly call: string;
  readonly status: number;
}

// The state is read anew at every call, so that a test can change it under running hosts.
const statePath = process.argv[2] ?? "";
const state = (): AwsState => JSON.parse(readFileSync(statePath, "utf8"));
const token = "token-of-the-session";
const sixHours = { "x-aws-ec2-metadata-token-ttl-seconds": "21600" };

createServer(answerMetadata).listen(80, metadataAddress);
createServer((request, response) => void answerAws(request, response)).listen(443, awsAddress, () =>
  process.stdout.write("ready\n"),
);

/** The instance metadata service, version 2: without a session's token it says nothing. */
function answerMetadata(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  if (method === "PUT" && url === "/latest/api/token") {
    response.writeHead(200, sixHours).end(token);
    return;
  }
  const role = state().roles[request.socket.remoteAddress ?? ""];
  const folder = "/latest/meta-data/iam/security-credentials/";
  const document: Record<string, string> = {
    "/latest/meta-data/placement/region": "us-east-1",
    ...(role === undefined
      ? {}
      : {
          [folder]: role.name,
          [folder + role.name]: JSON.stringify({
            Code: "Success",
            Type: "AWS-HMAC",
            AccessKeyId: role.name,
            SecretAccessKey: secretOf(role.name),
            Token: "session",
            LastUpdated: "2026-01-01T00:00:00Z",
            Expiration: "2100-01-01T00:00:00Z",
          }),
        }),
  };
  const text = document[url ?? ""];
  if (headers["x-aws-ec2-metadata-token"] !== token) response.writeHead(401).end();
  else if (text === undefined) response.writeHead(404).end();
  else response.end(text);
}

/** What hosts ask of S3, SSM and EC2, for requests that a role signed and may make. */
async function answerAws(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  const { roles, objects, parameters, instances } = state();
  const keys = new Map(Object.values(roles).map(({ name }) => [name, secretOf(name)]));
  const role = verifySignature(request, body, keys);
  const isSsm = request.headers["x-amz-target"] === "AmazonSSM.GetParameter";
  const form = request.url === "/" && !isSsm ? new URLSearchParams(body.toString()) : undefined;
  const name = isSsm ? String(JSON.parse(body.toString()).Name) : (request.url ?? "/").slice(1);
  const call =
    form === undefined
      ? `${isSsm ? "ssm:GetParameter" : "s3:GetObject"} ${name.split("?")[0]}`
      : `ec2:${form.get("Action")} *`;
  const allowed = Object.values(roles).find((known) => known.name === role)?.allowed ?? [];

  const finish = (status: number, write: () => void) => {
    response.statusCode = status;
    write();
    const line: AwsCall = { role, call, status };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  if (role === undefined || !allowed.includes(call)) {
    finish(403, () => response.end());
    return;
  }
  if (form !== undefined) {
    finish(200, () => response.end(describeInstances(form, instances)));
    return;
  }
  const value = parameters[name];
  const file = objects[name.split("?")[0] ?? ""];
  if (isSsm && value !== undefined) {
    finish(200, () => {
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(
        JSON.stringify({ Parameter: { Name: name, Value: value, Type: "SecureString" } }),
      );
    });
  } else if (!isSsm && file !== undefined) {
    finish(200, () => {
      response.setHeader("content-length", statSync(file).size);
      createReadStream(file).pipe(response);
    });
  } else {
    finish(404, () => response.end());
  }
}

/** EC2's answer for the instances whose role and stack the request's filters name. */
function describeInstances(form: URLSearchParams, instances: readonly Ec2Instance[]): string {
  const wanted = (tag: string) => {
    const [key = ""] = [...form].find(([, value]) => value === `tag:${tag}`) ?? [];
    return form.get(key.replace(".Name", ".Value.1"));
  };
  const items = instances
    .filter(({ role, stack }) => role === wanted("tripod:role") && stack === wanted("tripod:stack"))
    .map(
      ({ role, address }) =>
        // What Prometheus takes for granted of an instance.
        `<item><instancesSet><item>
          <instanceId>i-${role}</instanceId>
          <imageId>ami-0</imageId>
          <instanceType>t3.micro</instanceType>
          <placement><availabilityZone>us-east-1a</availabilityZone></placement>
          <instanceState><name>running</name></instanceState>
          <privateIpAddress>${address}</privateIpAddress>
        </item></instancesSet></item>`,
    );
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet>${items.join("")}</reservationSet></DescribeInstancesResponse>`;
}

function secretOf(role: string): string {
  return `secret-key-of-${role}`;
}

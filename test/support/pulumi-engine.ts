import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Resource, answer } from "./mocked-stack.ts";
import { programEnvironment } from "./program-environment.ts";
import { createStackConfig, loadPulumiProject, repository } from "./pulumi-project.ts";

// The copies that the executor itself loads: messages of another copy are not its messages.
const pulumiRequire = createRequire(import.meta.resolve("@pulumi/pulumi"));
const grpc = pulumiRequire("@grpc/grpc-js");
const { Struct } = pulumiRequire("google-protobuf/google/protobuf/struct_pb.js");
const { Empty } = pulumiRequire("google-protobuf/google/protobuf/empty_pb.js");
const resourceMessages = pulumiRequire("./proto/resource_pb.js");
const { ResourceMonitorService } = pulumiRequire("./proto/resource_grpc_pb.js");
const engineMessages = pulumiRequire("./proto/engine_pb.js");
const { EngineService } = pulumiRequire("./proto/engine_grpc_pb.js");

export interface RegisteredResource extends Resource {
  readonly protect: boolean;
  readonly ignoreChanges: string[];
  readonly deleteBeforeReplace: boolean;
  readonly additionalSecretOutputs: string[];
  /** Another value replaces the resource. */
  readonly replacementTrigger: unknown;
}

export interface Execution {
  readonly exitCode: number | null;
  readonly resources: RegisteredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the program or the executor complained about. */
  readonly messages: string[];
}

// Pulumi's messages come without types.
// oxlint-disable-next-line typescript/no-explicit-any
type Message = any;
type Call = { request: Message };
type Reply = (error: null, response: unknown) => void;
type Handlers = Record<string, (call: Call, reply: Reply) => void>;

const stack = "test";

/**
 * Runs the program in Pulumi's own executor for Node.js, as the CLI would with the runtime options
 * of `Pulumi.yaml`, against an engine that answers every registration without a cloud.
 * `projectName` is the project's, where it is not the shipped one.
 */
export async function executeStack(
  node: string,
  values: Readonly<Record<string, string>> = {},
  projectName?: string,
): Promise<Execution> {
  const shipped = await loadPulumiProject();
  const project = { ...shipped, name: projectName ?? shipped.name };
  const resources: RegisteredResource[] = [];
  const messages: string[] = [];
  let outputs: Record<string, unknown> = {};
  let root = "";

  const monitor: Handlers = {
    getDeploymentInfo(_, reply) {
      const info = new resourceMessages.DeploymentInfo();
      info.setSupportedfeaturesList(Object.values(resourceMessages.ResourceMonitorFeature));
      reply(null, info);
    },
    supportsFeature(_, reply) {
      const response = new resourceMessages.SupportsFeatureResponse();
      response.setHassupport(true);
      reply(null, response);
    },
    invoke({ request }, reply) {
      const response = new resourceMessages.ResourceInvokeResponse();
      const found = answer(request.getTok(), request.getArgs().toJavaScript());
      response.setReturn(Struct.fromJavaScript(found));
      reply(null, response);
    },
    registerPackage(_, reply) {
      const response = new resourceMessages.RegisterPackageResponse();
      response.setRef("package");
      reply(null, response);
    },
    registerResource({ request }, reply) {
      const resource = readResource(request);
      resources.push(resource);
      const response = new resourceMessages.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:${stack}::${project.name}::${resource.type}::${resource.name}`);
      response.setId(`${resource.name}-id`);
      const computed = { arn: `arn:${resource.name}`, publicIp: "203.0.113.80", result: "made-up" };
      response.setObject(Struct.fromJavaScript({ ...computed, ...resource.inputs }));
      reply(null, response);
    },
    registerResourceOutputs({ request }, reply) {
      if (request.getUrn() === root) outputs = request.getOutputs().toJavaScript();
      reply(null, new Empty());
    },
    signalAndWaitForShutdown: acknowledge,
  };
  const engine: Handlers = {
    log({ request }, reply) {
      const severity = request.getSeverity();
      if (severity >= engineMessages.LogSeverity.WARNING) messages.push(request.getMessage());
      reply(null, new Empty());
      // A program that threw is waited for by its executor, and would be for twenty seconds.
      if (severity === engineMessages.LogSeverity.ERROR) child.kill("SIGKILL");
    },
    getRootResource(_, reply) {
      const response = new engineMessages.GetRootResourceResponse();
      response.setUrn(root);
      reply(null, response);
    },
    setRootResource({ request }, reply) {
      root = request.getUrn();
      reply(null, new engineMessages.SetRootResourceResponse());
    },
  };

  const monitorServer = await openServer(ResourceMonitorService, monitor);
  const engineServer = await openServer(EngineService, engine);
  const { typescript, nodeargs } = project.runtime.options;
  // The CLI makes the folder of `main` the working folder and hands its file over as the program.
  const pwd = dirname(join(repository, project.main));
  const options = Object.entries({
    monitor: monitorServer.address,
    engine: engineServer.address,
    project: project.name,
    stack,
    "root-directory": repository,
    pwd,
    parallel: "16",
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(
    node,
    [
      ...nodeargs.split(" "),
      pulumiRequire.resolve("./cmd/run/index.js"),
      ...options,
      project.main.split("/").at(-1) ?? "",
    ],
    {
      cwd: pwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...programEnvironment,
        HOME: process.env["HOME"],
        PULUMI_CONFIG: JSON.stringify(createStackConfig(project.name, values)),
        PULUMI_CONFIG_SECRET_KEYS: "[]",
        ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      },
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => messages.push(chunk.toString()));
  }
  const [exitCode]: (number | null)[] = await once(child, "exit");
  monitorServer.close();
  engineServer.close();
  return { exitCode: exitCode ?? null, resources, outputs, messages };
}

function readResource(request: Message): RegisteredResource {
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: request.getObject()?.toJavaScript() ?? {},
    protect: request.getProtect() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
  };
}

function acknowledge(_: Call, reply: Reply): void {
  reply(null, new Empty());
}

/** A service on a free port; what it has no handler for is acknowledged. */
async function openServer(service: Record<string, unknown>, handlers: Handlers) {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 1 << 28 });
  const methods = Object.keys(service).map((name) => [name, handlers[name] ?? acknowledge]);
  server.addService(service, Object.fromEntries(methods));
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error: Error | null, bound: number) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

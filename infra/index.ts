import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { endpoints } from "../src/contract/topology.ts";
import { createReleaseBucket } from "./release/bucket.ts";
import { architectureOf, createSettings } from "./config.ts";
import { createConnectEndpoint, createEgress } from "./egress.ts";
import { createFirewall } from "./firewall.ts";
import { createImage } from "./image.ts";
import { createMonitor } from "./monitor.ts";
import { createNetwork } from "./network.ts";
import { createRedis } from "./redis.ts";
import { loadRelease } from "./release/build.ts";
import { createSecret } from "./secrets.ts";
import { createProducer, createWorkers } from "./services.ts";

const settings = createSettings(pulumi.runtime.allConfig(), pulumi.getProject());
const region = aws.getRegionOutput().region;

const network = createNetwork(region);
const groups = createFirewall(network.vpc, settings);
const image = createImage(settings);
const egress = createEgress(settings, network, image);
if (!egress.publicAddresses && settings.adminCidr !== undefined) {
  createConnectEndpoint(network, groups);
}
const key =
  settings.sshPublicKey === undefined
    ? undefined
    : new aws.ec2.KeyPair("administrator", {
        publicKey: settings.sshPublicKey,
        tags: { Name: "tripod-administrator" },
      });

const redisPasswords = {
  producer: createSecret("producer-redis-password", settings.passwordVersion),
  worker: createSecret("worker-redis-password", settings.passwordVersion),
};
const boardPassword = createSecret("board-password", settings.passwordVersion);
const bucket = createReleaseBucket();
const release = bucket.store(
  "release",
  await loadRelease(architectureOf(settings.producerInstanceType)),
);

const common = { region, network, egress, image, key, release };
const monitor =
  groups.monitor === undefined
    ? undefined
    : await createMonitor(settings, { ...common, group: groups.monitor, bucket });
const redis = createRedis(settings, {
  ...common,
  group: groups.redis,
  passwords: {
    producer: redisPasswords.producer.value,
    worker: redisPasswords.worker.value,
    monitor: monitor?.exporterPassword.value,
  },
});
const address = new aws.ec2.Eip("producer", { domain: "vpc", tags: { Name: "tripod-producer" } });
const publicUrl = pulumi.interpolate`http://${address.publicIp}`;
const adminUrl = pulumi.interpolate`${publicUrl}:${endpoints.board.port}`;
const producer = createProducer(settings, {
  ...common,
  group: groups.producer,
  secrets: { "redis-password": redisPasswords.producer, "board-password": boardPassword },
  environment: {
    PUBLIC_URL: publicUrl,
    BOARD_URL: adminUrl,
    ...(monitor && { GRAFANA_URL: monitor.grafanaUrl }),
  },
});
new aws.ec2.EipAssociation("producer", { allocationId: address.id, instanceId: producer.id });
const workers = createWorkers(settings, {
  ...common,
  group: groups.worker,
  secrets: { "redis-password": redisPasswords.worker },
});

const login = (host: pulumi.Output<string>, instance: aws.ec2.Instance) =>
  egress.publicAddresses || instance === producer || instance === monitor?.host
    ? pulumi.interpolate`ssh admin@${host}`
    : pulumi.interpolate`aws ec2-instance-connect ssh --connection-type eice --os-user admin --private-key-file KEY --instance-id ${instance.id}`;

/** What a browser opens to submit a task. */
export const url = publicUrl;
/** Bull Board, for the administrator's network; the user is `admin`. */
export const boardUrl = adminUrl;
export const boardLogin = boardPassword.value;
/** Grafana, for the administrator's network, where there is a monitor host; the user is `admin`. */
export const grafanaUrl = monitor?.grafanaUrl ?? null;
export const grafanaPassword = monitor?.grafanaPassword.value ?? null;
export const sshCommands = {
  producer: login(address.publicIp, producer),
  redis: login(redis.publicIp, redis),
  workers: workers.map((worker) => login(worker.publicIp, worker)),
  ...(monitor && { monitor: login(monitor.address, monitor.host) }),
};
/** SHA-256 of the release that producer and workers run. */
export const releaseSha = release.sha;

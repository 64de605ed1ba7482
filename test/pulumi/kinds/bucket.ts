import type * as aws from "@pulumi/aws";
import type { Aws } from "../aws.ts";
import { type Given, createName, defineKind, isFound } from "../kind.ts";

interface Version {
  readonly Key: string;
  readonly VersionId: string;
}

interface Versions {
  readonly Versions?: readonly Version[];
  readonly DeleteMarkers?: readonly Version[];
}

async function empty(call: Aws, Bucket: string): Promise<void> {
  const found = await call<Versions>("s3", "ListObjectVersions", { Bucket });
  for (const { Key, VersionId } of [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])]) {
    await call("s3", "DeleteObject", { Bucket, Key, VersionId });
  }
}

/** A setting of a bucket, which is its own resource in Pulumi. */
function defineSetting<Args extends { readonly bucket: unknown }>(
  put: string,
  remove: string | undefined,
  parametersOf: (inputs: Given<Args>) => Readonly<Record<string, unknown>>,
) {
  return defineKind<Args>({
    fixed: [],
    async create(call, inputs) {
      const { bucket } = inputs as { bucket: string };
      await call("s3", put, { Bucket: bucket, ...parametersOf(inputs) });
      return { id: bucket };
    },
    exists: (call, id) => isFound(call("s3", put.replace("Put", "Get"), { Bucket: id })),
    update: (call, id, inputs) => call("s3", put, { Bucket: id, ...parametersOf(inputs) }),
    delete: async (call, id) =>
      remove === undefined ? undefined : call("s3", remove, { Bucket: id }),
  });
}

export const bucketKinds = {
  "aws:s3/bucket:Bucket": defineKind<aws.s3.BucketArgs>({
    fixed: ["bucket"],
    async create(call, _inputs, name) {
      const bucket = createName(name);
      await call("s3", "CreateBucket", { Bucket: bucket });
      return { id: bucket, bucket, arn: `arn:aws:s3:::${bucket}` };
    },
    exists: (call, id) => isFound(call("s3", "GetBucketLocation", { Bucket: id })),
    async delete(call, id, { forceDestroy }) {
      if (forceDestroy === true) await empty(call, id);
      await call("s3", "DeleteBucket", { Bucket: id });
    },
  }),
  "aws:s3/bucketObjectv2:BucketObjectv2": defineKind<aws.s3.BucketObjectv2Args>({
    fixed: ["bucket", "key"],
    async create(call, inputs) {
      const { bucket, key = "", serverSideEncryption, source } = inputs;
      const { path } = source as unknown as { path: string };
      await call("s3", "PutObject", {
        Bucket: bucket,
        Key: key,
        Body: path,
        ServerSideEncryption: serverSideEncryption,
      });
      return { id: key };
    },
    exists: (call, _id, { bucket, key = "" }) =>
      isFound(call("s3", "HeadObject", { Bucket: bucket, Key: key })),
    async delete(call, _id, { bucket, key = "" }) {
      const found = await call<Versions>("s3", "ListObjectVersions", {
        Bucket: bucket,
        Prefix: key,
      });
      for (const { Key, VersionId } of found.Versions ?? []) {
        await call("s3", "DeleteObject", { Bucket: bucket, Key, VersionId });
      }
    },
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":
    defineSetting<aws.s3.BucketPublicAccessBlockArgs>(
      "PutPublicAccessBlock",
      "DeletePublicAccessBlock",
      (inputs) => ({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: inputs.blockPublicAcls,
          BlockPublicPolicy: inputs.blockPublicPolicy,
          IgnorePublicAcls: inputs.ignorePublicAcls,
          RestrictPublicBuckets: inputs.restrictPublicBuckets,
        },
      }),
    ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls":
    defineSetting<aws.s3.BucketOwnershipControlsArgs>(
      "PutBucketOwnershipControls",
      "DeleteBucketOwnershipControls",
      ({ rule }) => ({ OwnershipControls: { Rules: [{ ObjectOwnership: rule.objectOwnership }] } }),
    ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    defineSetting<aws.s3.BucketServerSideEncryptionConfigurationArgs>(
      "PutBucketEncryption",
      "DeleteBucketEncryption",
      ({ rules }) => ({
        ServerSideEncryptionConfiguration: {
          Rules: rules.map(({ applyServerSideEncryptionByDefault: by }) => ({
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: by?.sseAlgorithm },
          })),
        },
      }),
    ),
  "aws:s3/bucketVersioning:BucketVersioning": defineSetting<aws.s3.BucketVersioningArgs>(
    "PutBucketVersioning",
    undefined,
    ({ versioningConfiguration }) => ({
      VersioningConfiguration: { Status: versioningConfiguration.status },
    }),
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration":
    defineSetting<aws.s3.BucketLifecycleConfigurationArgs>(
      "PutBucketLifecycleConfiguration",
      "DeleteBucketLifecycle",
      ({ rules = [] }) => ({
        LifecycleConfiguration: {
          Rules: rules.map((rule) => ({
            ID: rule.id,
            Status: rule.status,
            Filter: { Prefix: rule.filter?.prefix },
            NoncurrentVersionExpiration: {
              NoncurrentDays: rule.noncurrentVersionExpiration?.noncurrentDays,
            },
            Expiration: { ExpiredObjectDeleteMarker: rule.expiration?.expiredObjectDeleteMarker },
            AbortIncompleteMultipartUpload: {
              DaysAfterInitiation: rule.abortIncompleteMultipartUpload?.daysAfterInitiation,
            },
          })),
        },
      }),
    ),
  // moto reads a policy without its conditions, and would refuse everything by ours.
  "aws:s3/bucketPolicy:BucketPolicy": defineKind<aws.s3.BucketPolicyArgs>({
    fixed: ["bucket"],
    create: async (_call, { bucket }) => ({ id: bucket }),
    exists: async () => true,
    delete: async () => undefined,
  }),
};

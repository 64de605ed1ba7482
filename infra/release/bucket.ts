import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Release } from "./build.ts";

export interface StoredRelease {
  readonly sha: string;
  readonly key: string;
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly object: aws.s3.BucketObjectv2;
}

export interface ReleaseBucket {
  /** Puts a release into the bucket, under its checksum. */
  store(name: string, release: Release): StoredRelease;
}

/** A private bucket for what hosts fetch at their first boot. */
export function createReleaseBucket(): ReleaseBucket {
  const bucket = new aws.s3.Bucket("releases", {
    forceDestroy: true,
    tags: { Name: "tripod-releases" },
  });
  new aws.s3.BucketPublicAccessBlock("releases", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketOwnershipControls("releases", {
    bucket: bucket.id,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration("releases", {
    bucket: bucket.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  // What somebody overwrites or deletes behind Pulumi's back can be had again for a month.
  const versioning = new aws.s3.BucketVersioning("releases", {
    bucket: bucket.id,
    versioningConfiguration: { status: "Enabled" },
  });
  new aws.s3.BucketLifecycleConfiguration(
    "releases",
    {
      bucket: bucket.id,
      rules: [
        {
          id: "expire-old-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          expiration: { expiredObjectDeleteMarker: true },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    { dependsOn: [versioning] },
  );
  new aws.s3.BucketPolicy("releases", {
    bucket: bucket.id,
    policy: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    },
  });
  return {
    store(name, { sha, file }) {
      const key = `releases/${sha}.tar.gz`;
      const object = new aws.s3.BucketObjectv2(
        name,
        {
          bucket: bucket.id,
          key,
          source: new pulumi.asset.FileAsset(file),
          serverSideEncryption: "AES256",
          tags: { Name: `tripod-${name}` },
        },
        // What is stored before has no version.
        { dependsOn: [versioning] },
      );
      const arn = pulumi.interpolate`${bucket.arn}/${key}`;
      return { sha, key, bucket: bucket.id, arn, object };
    },
  };
}

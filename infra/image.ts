import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Architecture, type Settings, architectureOf } from "./config.ts";

export interface Image {
  /** The image for hosts of this instance type. */
  readonly for: (instanceType: string) => pulumi.Input<string>;
  /** Whether hosts that already run are replaced when the image is another one. */
  readonly replacesHosts: boolean;
}

const debianNames = { arm64: "arm64", x64: "amd64" } as const;

/** The pinned image, or the newest Debian 13 that Debian published for the architecture. */
export function createImage({ amiId, refreshAmi }: Settings): Image {
  const newest = new Map<Architecture, pulumi.Output<string>>();
  return {
    replacesHosts: refreshAmi || amiId !== undefined,
    for(instanceType) {
      if (amiId !== undefined) return amiId;
      const architecture = architectureOf(instanceType);
      const known = newest.get(architecture);
      if (known !== undefined) return known;
      // `insecureValue`: a public image id is no secret, and as one it would hide the host's diff.
      const found = aws.ssm.getParameterOutput({
        name: `/aws/service/debian/release/13/latest/${debianNames[architecture]}`,
      }).insecureValue;
      newest.set(architecture, found);
      return found;
    },
  };
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface Secret {
  readonly value: pulumi.Output<string>;
  /** Where a host's role reads the value at boot. */
  readonly parameter: aws.ssm.Parameter;
}

/** A random password in Pulumi's state (encrypted) and in SSM; another `version` makes another one. */
export function createSecret(name: string, version: number): Secret {
  const password = new random.RandomPassword(name, {
    length: 40,
    special: false,
    keepers: { version: String(version) },
  });
  const value = pulumi.secret(password.result);
  const parameter = new aws.ssm.Parameter(name, {
    name: `/${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
    type: "SecureString",
    value,
    tags: { Name: `tripod-${name}` },
  });
  return { value, parameter };
}

/** A call of AWS's interface, in its own words: `aws("ec2", "DescribeVpcs", {})`. */
export type Aws = <T = unknown>(
  service: "dlm" | "ec2" | "iam" | "s3" | "ssm",
  operation: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<T>;

/** What AWS refused. */
export class AwsError extends Error {
  readonly code: string;

  constructor(operation: string, { Code, Message }: { Code: string; Message: string }) {
    super(`${operation}: ${Code}: ${Message}`);
    this.code = Code;
  }
}

/** Calls the simulator at this URL. */
export function createAws(url: string): Aws {
  return async <T>(...[service, operation, parameters]: Parameters<Aws>) => {
    const body = JSON.stringify({ service, operation, parameters });
    const response = await fetch(url, { method: "POST", body });
    if (!response.ok) {
      throw new AwsError(operation, (await response.json()) as { Code: string; Message: string });
    }
    return (await response.json()) as T;
  };
}

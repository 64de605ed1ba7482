import * as aws from "@pulumi/aws";
import { backupTag } from "./broker-volume.ts";
import type { Settings } from "./config.ts";

/** Has AWS take snapshots of the broker's volumes, and delete those that are too many; nothing where none are wanted. */
export function createBackups({
  hourlySnapshots,
  dailySnapshots,
}: Pick<Settings, "hourlySnapshots" | "dailySnapshots">): void {
  const schedules = [
    // In UTC. By an interval without a time, AWS would begin some time within the first day.
    { name: "hourly", cronExpression: "cron(0 * * * ? *)", count: hourlySnapshots },
    { name: "daily", cronExpression: "cron(0 3 * * ? *)", count: dailySnapshots },
  ].filter(({ count }) => count > 0);
  if (schedules.length === 0) return;
  const role = new aws.iam.Role("backups", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "dlm.amazonaws.com" }),
    tags: { Name: "tripod-backups" },
  });
  const rights = new aws.iam.RolePolicyAttachment("backups", {
    role: role.name,
    // AWS's own: whether a narrower one of ours suffices would show when a snapshot is missing.
    policyArn: "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
  });
  new aws.dlm.LifecyclePolicy(
    "backups",
    {
      description: "Snapshots of the volume with the jobs of Tripod",
      executionRoleArn: role.arn,
      state: "ENABLED",
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { [backupTag.key]: backupTag.value },
        schedules: schedules.map(({ name, cronExpression, count }) => ({
          name,
          createRule: { cronExpression },
          retainRule: { count },
          copyTags: true,
        })),
      },
      tags: { Name: "tripod-backups" },
    },
    { dependsOn: [rights] },
  );
}

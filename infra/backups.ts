import * as aws from "@pulumi/aws";
import { backupTag } from "./broker-volume.ts";
import type { Settings } from "./config.ts";

/** Of the day, in UTC, when the daily snapshot begins, within an hour. */
const dailyTime = "03:00";

/** Has AWS take snapshots of the broker's volumes, and delete those that are too many; nothing where none are wanted. */
export function createBackups({
  hourlySnapshots,
  dailySnapshots,
}: Pick<Settings, "hourlySnapshots" | "dailySnapshots">): void {
  const schedules = [
    { name: "hourly", interval: 1, count: hourlySnapshots },
    { name: "daily", interval: 24, times: dailyTime, count: dailySnapshots },
  ].filter(({ count }) => count > 0);
  if (schedules.length === 0) return;
  const role = new aws.iam.Role("backups", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "dlm.amazonaws.com" }),
    tags: { Name: "tripod-backups" },
  });
  const rights = new aws.iam.RolePolicyAttachment("backups", {
    role: role.name,
    // AWS's own: one that we had made narrower would be tried by the first restore.
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
        schedules: schedules.map(({ name, interval, times, count }) => ({
          name,
          createRule: { interval, intervalUnit: "HOURS", ...(times && { times }) },
          retainRule: { count },
          copyTags: true,
        })),
      },
      tags: { Name: "tripod-backups" },
    },
    { dependsOn: [rights] },
  );
}

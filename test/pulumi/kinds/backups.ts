import type * as aws from "@pulumi/aws";
import { type Given, defineKind, isFound, listTags } from "../kind.ts";

type Policy = Given<aws.dlm.LifecyclePolicyArgs>;

function policyOf({ description, executionRoleArn, policyDetails, state }: Policy) {
  return {
    Description: description,
    ExecutionRoleArn: executionRoleArn,
    State: state,
    PolicyDetails: {
      ResourceTypes: policyDetails.resourceTypes,
      TargetTags: listTags(policyDetails.targetTags),
      Schedules: policyDetails.schedules?.map(({ name, createRule, retainRule, copyTags }) => ({
        Name: name,
        CopyTags: copyTags,
        CreateRule: {
          CronExpression: createRule.cronExpression,
        },
        RetainRule: { Count: retainRule.count },
      })),
    },
  };
}

export const backupKinds = {
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": defineKind<aws.dlm.LifecyclePolicyArgs>({
    fixed: [],
    async create(call, inputs) {
      const { PolicyId } = await call<{ PolicyId: string }>("dlm", "CreateLifecyclePolicy", {
        ...policyOf(inputs),
        Tags: inputs.tags ?? {},
      });
      return { id: PolicyId };
    },
    exists: (call, id) => isFound(call("dlm", "GetLifecyclePolicy", { PolicyId: id })),
    update: (call, id, inputs) =>
      call("dlm", "UpdateLifecyclePolicy", { PolicyId: id, ...policyOf(inputs) }),
    delete: (call, id) => call("dlm", "DeleteLifecyclePolicy", { PolicyId: id }),
  }),
};

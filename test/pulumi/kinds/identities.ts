import type * as aws from "@pulumi/aws";
import { createName, defineKind, isFound, listTags, policyText } from "../kind.ts";

export const identityKinds = {
  "aws:iam/role:Role": defineKind<aws.iam.RoleArgs>({
    fixed: ["name"],
    async create(call, inputs, name) {
      const RoleName = createName(name);
      const { Role } = await call<{ Role: { Arn: string } }>("iam", "CreateRole", {
        RoleName,
        AssumeRolePolicyDocument: policyText(inputs.assumeRolePolicy),
        Tags: listTags(inputs.tags),
      });
      return { id: RoleName, name: RoleName, arn: Role.Arn };
    },
    exists: (call, id) => isFound(call("iam", "GetRole", { RoleName: id })),
    delete: (call, id) => call("iam", "DeleteRole", { RoleName: id }),
  }),
  "aws:iam/rolePolicy:RolePolicy": defineKind<aws.iam.RolePolicyArgs>({
    fixed: ["name", "role"],
    async create(call, inputs, name) {
      const PolicyName = createName(name);
      await call("iam", "PutRolePolicy", {
        RoleName: inputs.role,
        PolicyName,
        PolicyDocument: policyText(inputs.policy),
      });
      return { id: PolicyName, name: PolicyName };
    },
    exists: (call, id, { role }) =>
      isFound(call("iam", "GetRolePolicy", { RoleName: role, PolicyName: id })),
    update: (call, id, { policy, role }) =>
      call("iam", "PutRolePolicy", {
        RoleName: role,
        PolicyName: id,
        PolicyDocument: policyText(policy),
      }),
    delete: (call, id, { role }) =>
      call("iam", "DeleteRolePolicy", { RoleName: role, PolicyName: id }),
  }),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": defineKind<aws.iam.RolePolicyAttachmentArgs>(
    {
      fixed: ["policyArn", "role"],
      async create(call, { policyArn, role }, name) {
        await call("iam", "AttachRolePolicy", { RoleName: role, PolicyArn: policyArn });
        return { id: createName(name) };
      },
      async exists(call, _id, { policyArn, role }) {
        const { AttachedPolicies } = await call<{ AttachedPolicies: { PolicyArn: string }[] }>(
          "iam",
          "ListAttachedRolePolicies",
          { RoleName: role },
        );
        return AttachedPolicies.some(({ PolicyArn }) => PolicyArn === policyArn);
      },
      delete: (call, _id, { policyArn, role }) =>
        call("iam", "DetachRolePolicy", { RoleName: role, PolicyArn: policyArn }),
    },
  ),
  "aws:iam/instanceProfile:InstanceProfile": defineKind<aws.iam.InstanceProfileArgs>({
    fixed: ["name"],
    async create(call, inputs, name) {
      const InstanceProfileName = createName(name);
      await call("iam", "CreateInstanceProfile", {
        InstanceProfileName,
        Tags: listTags(inputs.tags),
      });
      await call("iam", "AddRoleToInstanceProfile", {
        InstanceProfileName,
        RoleName: inputs.role,
      });
      return { id: InstanceProfileName, name: InstanceProfileName };
    },
    exists: (call, id) => isFound(call("iam", "GetInstanceProfile", { InstanceProfileName: id })),
    async delete(call, id, { role }) {
      await call("iam", "RemoveRoleFromInstanceProfile", {
        InstanceProfileName: id,
        RoleName: role,
      });
      await call("iam", "DeleteInstanceProfile", { InstanceProfileName: id });
    },
  }),
  "aws:ssm/parameter:Parameter": defineKind<aws.ssm.ParameterArgs>({
    fixed: ["name"],
    async create(call, { name = "", tags, type, value }) {
      await call("ssm", "PutParameter", {
        Name: name,
        Type: type,
        Value: value,
        Tags: listTags(tags),
      });
      const { Parameter } = await call<{ Parameter: { ARN: string } }>("ssm", "GetParameter", {
        Name: name,
      });
      return { id: name, arn: Parameter.ARN };
    },
    exists: (call, id) => isFound(call("ssm", "GetParameter", { Name: id })),
    update: (call, id, { type, value }) =>
      call("ssm", "PutParameter", { Name: id, Type: type, Value: value, Overwrite: true }),
    delete: (call, id) => call("ssm", "DeleteParameter", { Name: id }),
  }),
};

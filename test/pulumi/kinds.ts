import type { Kinds } from "./kind.ts";
import { addressKinds } from "./kinds/addresses.ts";
import { backupKinds } from "./kinds/backups.ts";
import { bucketKinds } from "./kinds/bucket.ts";
import { hostKinds } from "./kinds/hosts.ts";
import { identityKinds } from "./kinds/identities.ts";
import { networkKinds } from "./kinds/network.ts";

/** Every type of resource that the program may make of AWS. */
export const awsKinds: Kinds = {
  ...addressKinds,
  ...backupKinds,
  ...bucketKinds,
  ...hostKinds,
  ...identityKinds,
  ...networkKinds,
};

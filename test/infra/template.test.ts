import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createSettings } from "../../infra/config.ts";
import { createStackConfig, loadPulumiProject, repository } from "../support/pulumi-project.ts";

/** The stack's file after `pulumi new`, which adds what was answered to what is there. */
async function createNewStack(answers: Readonly<Record<string, string>>) {
  const shipped: { config: Record<string, unknown> } = parse(
    await readFile(join(repository, "Pulumi.dev.yaml"), "utf8"),
  );
  const { template } = await loadPulumiProject();
  const given = Object.fromEntries(
    Object.entries(template.config).map(([key, { default: fallback }]) => [key, fallback]),
  );
  const asText = Object.entries(shipped.config).map(([key, value]) => [key, String(value)]);
  return {
    ...Object.fromEntries(asText),
    ...createStackConfig("mail", { ...given, ...answers }),
  };
}

test("`pulumi new` asks for the region, who administers, and whether there is a monitor", async () => {
  const { template } = await loadPulumiProject();
  expect(Object.keys(template.config)).toEqual([
    "aws:region",
    "adminCidr",
    "sshPublicKey",
    "tripod:monitoring",
  ]);
});

test.each<Record<string, string>>([
  {},
  { "tripod:monitoring": "false" },
  { adminCidr: "198.51.100.7/32" },
])(
  "a deployment that `pulumi new` made with the answers %j has settings that can be used",
  async (answers) => {
    const settings = createSettings(await createNewStack(answers), "mail");
    expect([settings.adminCidr, settings.monitoring]).toEqual([
      answers["adminCidr"],
      answers["tripod:monitoring"] !== "false",
    ]);
  },
);

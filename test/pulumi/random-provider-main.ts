import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import type * as random from "@pulumi/random";
import { main } from "@pulumi/pulumi/provider/index.js";
import { createAws } from "./aws.ts";
import { defineKind } from "./kind.ts";
import { createProvider } from "./provider.ts";

// Pulumi's CLI starts it, through a program named pulumi-resource-random on its PATH.
const [url = "", ...args] = process.argv.slice(2);
const kinds = {
  "random:index/randomPassword:RandomPassword": defineKind<random.RandomPasswordArgs>({
    fixed: ["keepers", "length", "special"],
    create: async (_call, { length }) => ({
      id: "none",
      result: randomBytes(length).toString("hex").slice(0, length),
    }),
    exists: async () => true,
    delete: async () => undefined,
  }),
};
const { version } = createRequire(import.meta.url)("@pulumi/random/package.json");
const invoke = (token: string) => Promise.reject(new Error(`"${token}" is no function`));
await main(createProvider(version, kinds, createAws(url), invoke), args);

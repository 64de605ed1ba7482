import { expect, test } from "vitest";
import { findForbiddenLicences } from "../../../infra/release/licences/licences.ts";

const locked = (license: string | undefined, more: object = {}) => ({
  packages: { "": {}, "node_modules/p": { version: "1.2.3", ...more, license } },
});

test.each(["MIT", "(MIT OR GPL-3.0-only)", "GPL-2.0-only OR ISC", "(BSD-3-Clause AND Apache-2.0)"])(
  "takes a package under %s",
  (license) => {
    expect(findForbiddenLicences(locked(license))).toEqual([]);
  },
);

test.each([
  "GPL-3.0-only",
  "MIT AND GPL-3.0-only",
  "(MIT OR (ISC AND GPL-3.0-only))",
  "MIT OR ISC AND GPL-3.0-only",
  "SEE LICENSE IN LICENSE",
  "UNLICENSED",
  "",
])("names a package under %j", (license) => {
  expect(findForbiddenLicences(locked(license))).toEqual([`node_modules/p 1.2.3: ${license}`]);
});

test("names a package without a licence, but none of development", () => {
  expect(findForbiddenLicences(locked(undefined))).toEqual(["node_modules/p 1.2.3: no licence"]);
  expect(findForbiddenLicences(locked(undefined, { dev: true }))).toEqual([]);
});

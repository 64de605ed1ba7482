import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findBrokenLinks } from "../../support/links.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

const project = new URL("../../../", import.meta.url).pathname;
const documents = globSync(["*.md", "{.github,dashboards,infra,src,test}/**/*.md"], {
  cwd: project,
});

test("every room has its document", () => {
  expect(documents).toEqual(
    expect.arrayContaining([
      "README.md",
      ".github/CHANGELOG.md",
      ".github/CONTRIBUTING.md",
      ".github/SECURITY.md",
      "dashboards/README.md",
      "infra/README.md",
      "src/README.md",
      "test/README.md",
      "test/faults/README.md",
    ]),
  );
});

test.each(documents)("every link in %s leads somewhere", (path) => {
  expect(findBrokenLinks(project, path)).toEqual([]);
});

test("finds links that lead nowhere, and no others", () => {
  const folder = createTemporaryFolder();
  mkdirSync(join(folder, "src"));
  writeFileSync(
    join(folder, "src/README.md"),
    '# A `task`, *again*\n\n## Twice\n\n## Twice\n\n<a id="here"></a>there\n',
  );
  writeFileSync(
    join(folder, "README.md"),
    `
[file](src/README.md) [folder](src/) [place](src/README.md#a-task-again) [own](#start)
[first](src/README.md#twice) [second](src/README.md#twice-1) [id](src/README.md#here)
[web](https://example.org/#anything) \`[code](nowhere.md)\`

# Start

[no file](lost.md) [no place](src/README.md#thrice) [no third](src/README.md#twice-2)
[own](#end) ![no image](lost.png) [reference][lost] <a href="lost.html">html</a>
| [cell](lost.csv) |
| --- |

[outside](../README.md) [place in a folder](src#here) [plain](http://example.org)

[lost]: lost.ts
`,
  );
  expect(findBrokenLinks(folder, "README.md")).toEqual([
    'README.md: "lost.md" leads to no file',
    'README.md: "src/README.md#thrice" names no heading or id there',
    'README.md: "src/README.md#twice-2" names no heading or id there',
    'README.md: "#end" names no heading or id there',
    'README.md: "lost.png" leads to no file',
    'README.md: "lost.ts" leads to no file',
    'README.md: "lost.html" leads to no file',
    'README.md: "lost.csv" leads to no file',
    'README.md: "../README.md" leads out of the project',
    'README.md: "src#here" names a place in a file that is no Markdown',
    'README.md: "http://example.org" is no https address',
  ]);
});

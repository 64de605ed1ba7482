import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { readMarkdown } from "./markdown.ts";

/** What is wrong with the links of a Markdown file of the project, one line each. */
export function findBrokenLinks(project: string, path: string): string[] {
  return readMarkdown(readFileSync(join(project, path), "utf8")).links.flatMap((link) => {
    const problem = findProblem(project, path, link);
    return problem === undefined ? [] : [`${path}: "${link}" ${problem}`];
  });
}

function findProblem(project: string, from: string, link: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link)) {
    return link.startsWith("https://") && URL.canParse(link) ? undefined : "is no https address";
  }
  const [file = "", anchor] = decodeURI(link).split("#", 2);
  const target = file === "" ? from : normalize(join(dirname(from), file));
  if (target.startsWith("..") || file.startsWith("/")) return "leads out of the project";
  if (!existsSync(join(project, target))) return "leads to no file";
  if (anchor === undefined) return undefined;
  if (!target.endsWith(".md")) return "names a place in a file that is no Markdown";
  const { anchors } = readMarkdown(readFileSync(join(project, target), "utf8"));
  return anchors.has(anchor) ? undefined : "names no heading or id there";
}

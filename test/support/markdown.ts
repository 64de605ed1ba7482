import GithubSlugger from "github-slugger";
import { marked, type Token } from "marked";

export interface MarkdownDocument {
  /** What links and images lead to, as it is written. */
  readonly links: readonly string[];
  /** What a link may name after "#": GitHub's names of the headings, and ids in HTML. */
  readonly anchors: ReadonlySet<string>;
}

/** Reads a document as GitHub shows it. */
export function readMarkdown(text: string): MarkdownDocument {
  const slugger = new GithubSlugger();
  const links: string[] = [];
  const anchors = new Set<string>();
  // The visits are not asynchronous, so there is nothing to wait for.
  void marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type === "link" || token.type === "image") links.push(token["href"]);
    if (token.type === "heading") anchors.add(slugger.slug(textOf(token.tokens ?? [])));
    if (token.type === "html") {
      for (const [, name, value = ""] of token.raw.matchAll(/\s(id|href|src)="([^"]*)"/g)) {
        if (name === "id") anchors.add(value);
        else links.push(value);
      }
    }
  });
  return { links, anchors };
}

/** The words of a heading without what marks them up. */
function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === "html" || token.type === "image") return "";
      if ("tokens" in token && token.tokens !== undefined) return textOf(token.tokens);
      return "text" in token ? token.text : token.raw;
    })
    .join("");
}

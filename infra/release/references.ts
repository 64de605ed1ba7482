import { isBuiltin } from "node:module";
import ts from "typescript";

/**
 * What a module needs besides itself, as it is written there: `./x.ts` is a file, `./x/` a folder
 * of which it may take any file, and `x` or `#x` what Node.js resolves.
 */
export type Reference = string;

/**
 * Every static and dynamic import of a module but those of types, and every file that it names
 * relative to itself by `import.meta.resolve` or `new URL`. Throws if it names one in a way that
 * only running it would tell.
 */
export function findReferences(path: string, text: string): Reference[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  /** Names of this module's `require` functions. */
  const requires = new Set<string>();
  let computed: ts.Node | undefined;

  function refuse(node: ts.Node, expected: string): never {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    throw new Error(`${path}:${line + 1}: "${node.getText()}": expected ${expected}`);
  }

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) {
      // `import { type X }` is not such an import: Node.js loads the module.
      if (node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) add(node.moduleSpecifier);
    } else if (ts.isExportDeclaration(node)) {
      if (!node.isTypeOnly && node.moduleSpecifier !== undefined) add(node.moduleSpecifier);
    } else if (ts.isCallExpression(node)) {
      visitCall(node);
    } else if (ts.isNewExpression(node) && node.expression.getText() === "URL") {
      const [specifier, base] = node.arguments ?? [];
      if (base?.getText() === "import.meta.url" && specifier !== undefined) add(specifier);
    } else if (ts.isVariableDeclaration(node)) {
      if (node.initializer?.getText().startsWith("createRequire(")) {
        requires.add(node.name.getText());
      }
    } else if (ts.isPropertyAccessExpression(node)) {
      visitProperty(node);
    }
    ts.forEachChild(node, visit);
  }

  function visitCall(node: ts.CallExpression): void {
    const [argument] = node.arguments;
    if (argument === undefined) return;
    const callee = node.expression.getText();
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    if (isImport && !ts.isStringLiteralLike(argument)) computed = node;
    else if (isImport || callee === "import.meta.resolve") add(argument);
    else if (requires.has(callee.replace(/\.resolve$/, ""))) add(argument);
  }

  /** A module's own place leads to files that nothing here would see. */
  function visitProperty(node: ts.PropertyAccessExpression): void {
    const isFollowed = /^(new URL|createRequire)\(/.test(node.parent.getText());
    const isPlace = /^import\.meta\.(dirname|filename|url)$/.test(node.getText());
    if (isPlace && !isFollowed)
      refuse(node, `new URL("…", import.meta.url), which can be followed`);
  }

  function add(specifier: ts.Node): void {
    if (!ts.isStringLiteralLike(specifier)) refuse(specifier, "a literal");
    if (!isBuiltin(specifier.text)) found.add(specifier.text);
  }

  visit(source);
  // What it imports by a computed name must be in a folder that it names.
  if (computed !== undefined && ![...found].some((reference) => reference.endsWith("/"))) {
    refuse(computed, "a literal, or a folder's new URL in the same module");
  }
  return [...found];
}

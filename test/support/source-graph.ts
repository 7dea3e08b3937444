import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseAst } from "vite";

export const root = join(import.meta.dirname, "../..");

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}
export interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly { readonly specifier: string; readonly isType: boolean; readonly isDynamic: boolean }[];
  readonly hasTopLevelAwait: boolean;
}

const functions = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "MethodDefinition",
  "PropertyDefinition",
]);

/** The program's own files, parsed: who imports what, and how. */
export function readSources(): Map<string, SourceFile> {
  const paths = globSync("src/**/*.{ts,tsx}", { cwd: root }).filter((path) => !/\.(test|test-d|d)\.tsx?$/.test(path));
  return new Map(paths.map((path) => path.replaceAll("\\", "/")).map((path) => [path, readSource(path)]));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const imports: SourceFile["imports"][number][] = [];
  let hasTopLevelAwait = false;
  const visit = (node: Node, isInside: boolean): void => {
    const source = (node.source as Node | null | undefined)?.value;
    if (typeof source === "string" && /^(Import|Export)/.test(node.type)) {
      const isType = node.importKind === "type" || node.exportKind === "type";
      imports.push({ specifier: source, isType, isDynamic: node.type === "ImportExpression" });
    }
    if (!isInside && (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await === true)))
      hasTopLevelAwait = true;
    for (const child of Object.values(node)) {
      for (const one of Array.isArray(child) ? child : [child]) {
        if (isNode(one)) visit(one, isInside || functions.has(node.type));
      }
    }
  };
  visit(parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }) as unknown as Node, false);
  return { path, lines: text.split("\n").length - 1, imports, hasTopLevelAwait };
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Everything that a file needs when it runs: its own files by path, packages by name; types and dynamic imports left out. */
export function runtimeClosure(sources: ReadonlyMap<string, SourceFile>, entry: string): Set<string> {
  const seen = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { specifier, isType, isDynamic } of sources.get(path)?.imports ?? []) {
      if (isType || isDynamic) continue;
      const isOwn = specifier.startsWith(".");
      waiting.push(isOwn ? relative(root, resolve(root, dirname(path), specifier)).replaceAll("\\", "/") : specifier);
    }
  }
  return seen;
}

import { readFile } from "node:fs/promises";
import { AssayError } from "../../../shared/base/errors.ts";

export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new AssayError("bad_input", `${what} is no JSON: ${said}`, "Check its quotes, commas and brackets.");
  }
}

export async function readJsonFile(path: string, what: string): Promise<unknown> {
  return parseJson(await readTextFile(path, what), `${what} ${path}`);
}

export function readTextFile(path: string, what: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new AssayError("not_found", `${what} ${path} can't be read (${cause.code}).`, "Check the path.");
  });
}

/** `a=b,c=d` or repeated `a=b`: pairs by name. */
export function parsePairs(texts: readonly string[], what: string): Record<string, string> {
  const pairs = texts
    .flatMap((text) => text.split(","))
    .map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new AssayError("usage", `“${text}” is no ${what}.`, `Write ${what} as name=value.`);
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

/** A value on the command line: a number, true or false, else text. */
export function scalar(text: string): number | boolean | string {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

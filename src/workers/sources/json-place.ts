import { AssayError } from "../../shared/base/errors.ts";
import { eachBlock } from "./encoding.ts";
import type { JsonPlace } from "./json-records.ts";

/** Whether a text begins as JSON does and as no table does. */
export function looksLikeJson(text: string): boolean {
  return /^\s*[[{]\s*["{[\]}]/.test(text);
}

/** Where the records of a JSON text lie: one a line, the elements of its list, those of the one list that an object wraps, or
 *  values one after another. Throws bad_input where an object wraps several lists. */
export function placeOfRecords(
  path: string,
  head: string,
  { bom, label, extension }: { bom: number; label: string; extension: string },
): JsonPlace {
  const blank = /^\s*/.exec(head)?.[0] ?? "";
  const begin = { from: bom + blank.length, line: 1 + (blank.match(/\n/g)?.length ?? 0) };
  if (extension === "ndjson" || extension === "jsonl") return { form: "lines", from: bom, line: 1 };
  if (head[blank.length] === "[") return { form: "list", from: begin.from + 1, line: begin.line };
  const lines = head
    .slice(blank.length)
    .split(/\r?\n/, 20)
    .filter((line) => line.trim() !== "");
  if (lines.length > 1 && lines.some(isObject)) return { form: "lines", from: bom, line: 1 };
  return wrappedList(path, begin, label) ?? { form: "values", ...begin };
}

function isObject(line: string): boolean {
  if (!/^\s*\{.*\}\s*$/.test(line) || /[{[]{99}/.test(line)) return false;
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

interface FoundList {
  readonly path: string;
  readonly from: number;
  readonly line: number;
  hasObjects: boolean;
}

/** Names of what is a record itself, not a wrapper around records. */
const ownNames = /^(?:id|.*_?id|number|order_?number|name|email|increment_id|event_?name)$/i;

/** The one list of objects inside an object that is no record itself. */
function wrappedList(path: string, begin: { from: number; line: number }, label: string): JsonPlace | null {
  const { lists, names } = outline(path, begin);
  const found = lists.filter(({ hasObjects }) => hasObjects);
  if (found.length === 0 || names.some((name) => ownNames.test(name))) return null;
  const [only, another] = found;
  if (only && another) {
    throw new AssayError(
      "bad_input",
      `${label} holds several lists: ${found.map((list) => list.path).join(", ")}.`,
      "Deliver each as a file of its own.",
    );
  }
  return only ? { form: "list", from: only.from, line: only.line } : null;
}

const deepestWrapper = 4;

/** Lists that lie in objects only, and the names beside them at the top; nothing is parsed. */
function outline(path: string, begin: { from: number; line: number }): { lists: FoundList[]; names: string[] } {
  const lists: FoundList[] = [];
  const names: string[] = [];
  const keys: string[] = [];
  let text = "";
  let isText = false;
  let isEscaped = false;
  let depth = 0;
  let line = begin.line;
  let inList = 0;
  let offset = begin.from;
  let isDone = false;
  const key = () => keys.filter((name) => name !== "").join(".");
  const enter = (byte: number) => {
    depth++;
    if (byte === 91 && inList === 0) {
      inList = depth;
      lists.push({ path: key(), from: offset + 1, line, hasObjects: false });
    } else if (inList > 0) {
      const list = lists.at(-1);
      if (list && depth === inList + 1 && byte === 123) list.hasObjects = true;
    }
    if (depth <= deepestWrapper) keys[depth] = "";
  };
  eachBlock(path, begin.from, (block) => {
    for (const byte of block) {
      if (byte === 10) line++;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === 92) isEscaped = true;
        else if (byte === 34) isText = false;
        else if (inList === 0 && text.length < 100) text += String.fromCharCode(byte);
      } else if (byte === 34) {
        isText = true;
        text = "";
      } else if (byte === 58 && inList === 0) {
        keys.length = depth;
        if (depth <= deepestWrapper) keys[depth] = text;
        if (depth === 1) names.push(text);
      } else if (byte === 123 || byte === 91) enter(byte);
      else if (byte === 125 || byte === 93) {
        if (depth === inList) inList = 0;
        depth--;
        isDone = depth === 0;
      }
      offset++;
      if (isDone) return false;
    }
    return true;
  });
  const deep = lists.filter(({ path: where }) => where.split(".").length <= deepestWrapper);
  const parents = new Set(deep.map((list) => list.path.split(".")[0]));
  return { lists: deep, names: names.filter((name) => !parents.has(name)) };
}

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../../src/main/entries/cli/program.ts";
import { root } from "../support/source-graph.ts";

const program = createProgram();
const globalOptions = program.options.map(({ long }) => long);

interface Told {
  readonly path: string;
  readonly text: string;
}

/** What the documents tell to type: lines of blocks of code, and code within a line, that begin with `assay`. */
function toldCommands(): Told[] {
  const paths = globSync(["README.md", "{docs,examples,infra}/**/*.md"], { cwd: root });
  return paths.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const found = text.matchAll(/(?:^|`)assay (?<words>[a-z][^`\n]*)/gm);
    return [...found].map(({ groups }) => ({ path, text: (groups?.words ?? "").split(/ #| {2,}/)[0] ?? "" }));
  });
}

/** The command that words lead to, and what is left of them. */
function commandOf(words: readonly string[], from: Command = program): { command: Command; rest: readonly string[] } {
  const [name, ...rest] = words;
  const next = from.commands.find((one) => one.name() === name || one.aliases().includes(name ?? ""));
  return next ? commandOf(rest, next) : { command: from, rest: words };
}

function faultOf({ text }: Told): string | undefined {
  const { command, rest } = commandOf(text.split(" "));
  if (command === program) return "no such command";
  const isAlternatives = rest[0]?.includes("|");
  if (command.commands.length > 0 && rest[0] && !rest[0].startsWith("-") && !isAlternatives && takesNothing(command))
    return `${command.name()} has no ${rest[0]}`;
  const known = [...globalOptions, ...command.options.map(({ long }) => long), "--help"];
  return [...text.replaceAll(/'[^']*'|"[^"]*"/g, "").matchAll(/(?<![\w-])--[a-z][a-z\d-]*/g)]
    .map(([option]) => option)
    .find((option) => !known.includes(option) && !known.includes(option.replace("--no-", "--")));
}

const takesNothing = (command: Command) => command.registeredArguments.length === 0;

test("every command that the documents tell of is there, with the options that they name", () => {
  const told = toldCommands();
  expect(told.length).toBeGreaterThan(100);
  const faults = told.map((one) => ({ ...one, fault: faultOf(one) })).filter(({ fault }) => fault !== undefined);
  expect(faults).toEqual([]);
});

test.each([
  ["segmnet create top", "no such command"],
  ["segment creat top", "segment has no creat"],
  ["segment create top --sqll 'a = 1'", "--sqll"],
  ["segment create top --sql \"value = '--x'\"", undefined],
])("%s: %s", (text, fault) => {
  expect(faultOf({ path: "", text })).toBe(fault);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "entries-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(entry: string, ...words: string[]) {
  return spawn(process.execPath, [join(import.meta.dirname, entry), ...words], {
    env: { ...process.env, XDG_DATA_HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

test("a command whose reader stops early ends in order", async () => {
  const child = start("cli.ts", "--help");
  child.stdout.destroy();
  const said: string[] = [];
  child.stderr.on("data", (bytes) => said.push(String(bytes)));
  const [code] = await once(child, "close");
  expect({ code, said: said.join("") }).toEqual({ code: 0, said: "" });
});

test.each([
  [["--port", "abc"], /^“abc” is no port\.\n {2}Write --port as a number from 0 to 65535/],
  [["--prot", "1"], /^Unknown option '--prot'\.\n {2}It takes --open/],
])("the browser shell refuses %j and says why", async (words, message) => {
  const child = start("server.ts", ...words);
  const said: string[] = [];
  child.stderr.on("data", (bytes) => said.push(String(bytes)));
  const [code] = await once(child, "close");
  expect(said.join("")).toMatch(message);
  expect(code).toBe(1);
});

test("a command without its subcommand says so, as words and as JSON", async () => {
  const said = async (...words: string[]) => {
    const child = start("cli.ts", ...words);
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on("data", (bytes) => out.push(String(bytes)));
    child.stderr.on("data", (bytes) => err.push(String(bytes)));
    const [code] = await once(child, "close");
    return { code, out: out.join(""), err: err.join("") };
  };
  const plain = await said("snapshot");
  expect(plain).toMatchObject({ code: 2, out: "" });
  expect(plain.err).toMatch(/roll-back[\s\S]*\nThe command lacks its subcommand\.\n$/);
  const asked = await said("snapshot", "--json");
  expect(asked.code).toBe(2);
  expect(JSON.parse(asked.out)).toMatchObject({
    error: { code: "usage", message: "The command lacks its subcommand." },
  });
});

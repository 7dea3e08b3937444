import { spawnSync } from "node:child_process";

const python = process.env["ASSAY_PYTHON"] ?? "python3";
const has = (modules: string) => spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" }).status === 0;

/** Python with what a test needs, or undefined where this machine has none. */
export function pythonWith(modules: string): string | undefined {
  return has(modules) ? python : undefined;
}

/** Runs a script; gives what it printed, throws what it complained of. */
export function runPython(path: string, script: string): string {
  const { status, stdout, stderr } = spawnSync(path, ["-"], { input: script, encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join, matchesGlob } from "node:path";
import { expect, test } from "vitest";
import { readSources, root, runtimeClosure } from "../support/source-graph.ts";

// What electron-builder itself loads and checks its configuration with; it exports neither.
const ofBuilder = createRequire(createRequire(import.meta.url).resolve("electron-builder"));
const { getConfig, validateConfiguration } = ofBuilder("app-builder-lib/out/util/config/config") as {
  getConfig(projectDir: string, configPath: string, given: null): Promise<object>;
  validateConfiguration(config: object, log: { readonly isEnabled: boolean; add(): void }): Promise<void>;
};
const log = { isEnabled: false, add: () => {} };

test("the package's description is one that its builder accepts", async () => {
  const config = await getConfig(root, join(root, "electron-builder.yml"), null);
  await expect(validateConfiguration(config, log)).resolves.toBeUndefined();
  expect(config).toMatchObject({
    asar: true,
    npmRebuild: false,
    electronFuses: {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
    },
  });
});

test("a wrong one is refused", async () => {
  await expect(validateConfiguration({ appld: "x" }, log)).rejects.toThrow(/appld/);
});

test("what the processes beside the archive load lies beside it too", async () => {
  const { asarUnpack } = (await getConfig(root, join(root, "electron-builder.yml"), null)) as { asarUnpack: string[] };
  const sources = readSources();
  const needed = ["engine-process.ts", "disposable-child.ts", "task-thread.ts", "share-thread.ts"].flatMap((entry) => [
    ...runtimeClosure(sources, `src/workers/${entry}`),
  ]);
  const isUnpacked = (path: string) => asarUnpack.some((pattern) => matchesGlob(path, pattern));
  expect(isUnpacked("out/package.json")).toBe(true);
  const own = needed.filter((one) => one.startsWith("src/")).map((one) => one.replace(/^src(.*)\.ts$/, "out$1.js"));
  expect(own.length).toBeGreaterThan(100);
  expect(own.filter((path) => !isUnpacked(path))).toEqual([]);
  const packages = packagesOf(needed.filter((one) => !one.startsWith("src/") && !isBuiltin(one)));
  expect(packages).toContain("zod");
  expect(packages.filter((name) => !isUnpacked(`node_modules/${name}/index.js`))).toEqual([]);
});

/** The packages that modules belong to, with all that those need in turn, as the lockfile has them. */
function packagesOf(modules: readonly string[]): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dependencies?: Record<string, string> }>;
  };
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const next of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) add(next);
  };
  for (const one of modules)
    add(
      one
        .split("/")
        .slice(0, one.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  return [...found].sort();
}

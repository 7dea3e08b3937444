import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/source-graph.ts";

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

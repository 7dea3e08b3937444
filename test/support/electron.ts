import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-graph.ts";

const inPackage = (path: string) => join(root, "node_modules/electron", path);

function findBinary(): string | undefined {
  const folder = process.env["ELECTRON_OVERRIDE_DIST_PATH"] ?? inPackage("dist");
  const name = existsSync(inPackage("path.txt")) ? readFileSync(inPackage("path.txt"), "utf8") : "electron";
  return existsSync(join(folder, name)) ? join(folder, name) : undefined;
}

/** Electron's binary of this machine, or undefined. */
export const electronPath = findBinary();
/** Whether a window can be shown. */
export const hasDisplay =
  process.platform !== "linux" || Boolean(process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"]);
/** The program of a package that was made before, or undefined. */
export const packagedPath = globSync("dist/{linux-unpacked/assay,win-unpacked/Assay.exe,mac*/Assay.app}", { cwd: root })
  .map((path) => join(root, path))
  .at(0);

import { expect, test } from "vitest";
import { dataFolder } from "./data-folder.ts";

test.each([
  ["linux", { XDG_DATA_HOME: "/data" }, "/data/assay"],
  ["linux", { XDG_DATA_HOME: "relative" }, "/home/a/.local/share/assay"],
  ["linux", {}, "/home/a/.local/share/assay"],
  ["darwin", {}, "/home/a/Library/Application Support/Assay"],
  ["darwin", { XDG_DATA_HOME: "/data" }, "/data/assay"],
  ["win32", { LOCALAPPDATA: "/local" }, "/local/Assay"],
  ["win32", {}, "/home/a/AppData/Local/Assay"],
] as const)("on %s with %j it is %s", (platform, env, folder) => {
  expect(dataFolder({ platform, home: "/home/a", env })).toBe(folder);
});

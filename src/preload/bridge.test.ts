import { expect, test } from "vitest";
import { createPages } from "../../test/support/ipc-double.ts";

test("the page's bridge is this and no more, and gives no ipcRenderer away", () => {
  const { bridge } = createPages().open();
  expect(Object.keys(bridge).sort()).toEqual([
    "chooseFiles",
    "chooseFolder",
    "chooseSavePath",
    "close",
    "notify",
    "onClosed",
    "onMessage",
    "onReady",
    "open",
    "pathOf",
    "send",
    "showFile",
  ]);
  for (const value of Object.values(bridge)) expect(typeof value).toBe("function");
  expect(bridge.onMessage(() => {})).toBeTypeOf("function");
});

test("only a dropped file has a path", () => {
  const { bridge } = createPages().open();
  expect(bridge.pathOf(new File(["a"], "till.csv"))).toBe("/dropped/till.csv");
  expect([bridge.pathOf({ path: "/etc/passwd" }), bridge.pathOf([])]).toEqual(["", ""]);
});

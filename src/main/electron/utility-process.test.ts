import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createUtility } from "../../../test/support/utility-double.ts";
import { isUtilityProcess, parentChannel } from "../../workers/service/parent.ts";
import { startEngineProcess } from "../schedule/engine-client.ts";
import { utilityProcesses } from "./utility-process.ts";

const workersDir = "/opt/Assay/resources/app.asar/out/workers";
const settled = () => new Promise((resolve) => setTimeout(resolve, 2));

test("processes start beside the archive, each with what it may see", () => {
  const { fork, forked } = createUtility();
  const start = utilityProcesses({ fork, workersDir, log: () => {} });
  start("engine");
  start("disposable");
  expect(forked.map(({ path }) => path.replaceAll("\\", "/"))).toEqual([
    "/opt/Assay/resources/app.asar.unpacked/out/workers/engine-process.js",
    "/opt/Assay/resources/app.asar.unpacked/out/workers/disposable-child.js",
  ]);
  expect(forked[1]?.options).toMatchObject({ stdio: "ignore", execArgv: ["--max-old-space-size=1024"] });
  expect(
    Object.keys(forked[1]?.options?.env ?? {}).filter((name) => !["SystemRoot", "NODE_COMPILE_CACHE"].includes(name)),
  ).toEqual(["PATH", "TZ"]);
  for (const { path } of forked) {
    const source = path.replace(/.*workers[\\/](.*)\.js$/, "$1.ts");
    expect(existsSync(join(import.meta.dirname, "../../workers", source))).toBe(true);
  }
});

test("a process that ended hears nothing more and is said to have ended, also to who asks late", async () => {
  const { fork, forked } = createUtility();
  const started = utilityProcesses({ fork, workersDir, log: () => {} })("engine");
  const heard: unknown[] = [];
  started.onMessage((message) => heard.push(message));
  started.onEnd((how) => heard.push(how));
  started.send({ id: 1 });
  forked[0]?.child.emit("message", { id: 1, ok: {} });
  started.kill();
  await settled();
  started.send({ id: 2 });
  started.onEnd((how) => heard.push(`late ${how}`));
  await settled();
  expect({ heard, sent: forked[0]?.child.sent }).toEqual({
    heard: [{ id: 1, ok: {} }, "exit code 15", "late exit code 15"],
    sent: [{ id: 1 }],
  });
});

test("the engine's client works the same over it: questions, a death, another start, the end", async () => {
  const { fork, forked } = createUtility();
  const restarts: string[] = [];
  const process = startEngineProcess({
    startProcess: utilityProcesses({ fork, workersDir, log: () => {} }),
    onRestart: (why) => restarts.push(why),
  });
  const asked = process.engine.call("process.memory", {});
  const first = forked[0]?.child;
  expect(first?.sent).toEqual([{ id: 1, op: "process.memory", input: {} }]);
  first?.emit("message", { id: 1, ok: { rss_bytes: 1, peak_rss_bytes: 2 } });
  expect(await asked).toEqual({ rss_bytes: 1, peak_rss_bytes: 2 });
  const lost = process.engine.call("process.memory", {});
  first?.emit("exit", 139);
  await expect(lost).rejects.toMatchObject({ code: "unavailable" });
  process.engine.call("process.memory", {}).catch(() => {});
  expect({ restarts, starts: forked.length }).toEqual({ restarts: ["the engine ended"], starts: 2 });
  await process.close();
});

test("inside, the parent is Electron's port where there is one", () => {
  const port = Object.assign(new EventEmitter(), {
    sent: [] as unknown[],
    postMessage: (m: unknown) => port.sent.push(m),
  });
  const self = { parentPort: port } as never;
  const channel = parentChannel(self);
  const heard: unknown[] = [];
  const stop = channel.onMessage((message) => heard.push(message));
  port.emit("message", { data: { id: 1 } });
  stop();
  port.emit("message", { data: { id: 2 } });
  channel.send({ ok: 1 });
  expect({ heard, sent: port.sent, is: isUtilityProcess(self), here: isUtilityProcess() }).toEqual({
    heard: [{ id: 1 }],
    sent: [{ ok: 1 }],
    is: true,
    here: false,
  });
});

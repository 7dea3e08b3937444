// A run whose engine waits at every call on the directory, so that results lie made and not committed; it tells what is committed and how
// many are only made, each time that changes.
import { createCore } from "../../src/main/core.ts";

const [workspace = "", dataFolder = "", brand = ""] = process.argv.slice(2);
process.execArgv.push("--import", new URL("./slow-share.ts", import.meta.url).href);
const core = await createCore({ workspace, dataFolder });
const { client } = core;
let before = "";
const { run_id } = await client.call("runs.launch", { brand, workers: 2 });
for (;;) {
  const { run, tasks } = await client.call("runs.show", { brand, run_id });
  const committed = tasks.flatMap(({ key, state }) => (state === "computed" ? [key] : []));
  const reused = tasks.flatMap(({ key, state }) => (state === "reused" ? [key] : []));
  const made = tasks.filter(({ state, ended_ms }) => state === "running" && ended_ms !== null).length;
  const said = JSON.stringify({ state: run.state, error: run.error, made, committed, reused });
  if (said !== before) console.log(said);
  before = said;
  if (["done", "failed", "cancelled"].includes(run.state)) break;
  await new Promise((resolve) => setTimeout(resolve, 40));
}
await core.close();

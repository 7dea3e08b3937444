import { appendEntry } from "../../src/workers/engine/brand-log.ts";

const [folder = "", name = "", count = "0"] = process.argv.slice(2);
for (let n = 0; n < Number(count); n++) {
  const own = { kind: "note", body: { name, n }, at: "2026-06-30T00:00:00Z", app: "test" };
  appendEntry(folder, { ...own, taskKey: `${name}-${n}` });
  appendEntry(folder, { ...own, taskKey: `shared-${n}` });
}

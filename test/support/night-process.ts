import { createCore } from "../../src/main/core.ts";

const [workspace = "", dataFolder = "", brand = "", now = ""] = process.argv.slice(2);
const core = await createCore({ workspace, dataFolder, now: () => new Date(now) });
console.log(JSON.stringify(await core.client.stream("nightly.run", { brand })));
await core.close();

import { createCore } from "../../src/main/core.ts";

/** A desktop that is open at a moment and does the nights that are due then, until it is ended. */
const [workspace = "", dataFolder = "", now = ""] = process.argv.slice(2);
await createCore({ workspace, dataFolder, now: () => new Date(now), nightsEveryMs: 100 });
console.log("open");
setInterval(() => {}, 60_000);

// Loaded by `--import` into every thread of a process: calls on the directory `SLOW_SHARE` take `SLOW_SHARE_MS` a round trip more, and
// each thread's sums lie in the folder `SLOW_SHARE_SUMS`.
import fs from "node:fs";
import { join } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";
import { watchShareCalls } from "./share-calls.ts";

const { SLOW_SHARE: folder, SLOW_SHARE_MS: tripMs = "0", SLOW_SHARE_SUMS: sums } = process.env;
if (folder && sums) {
  const path = join(sums, `${process.pid}-${threadId}`);
  const fd = fs.openSync(path, "w");
  const write = fs.writeSync;
  watchShareCalls(folder, Number(tripMs), (told) => {
    const { calls } = told;
    const text = JSON.stringify({
      isMainThread,
      trips: told.roundTrips(),
      waitedMs: Math.round(told.waitedMs()),
      calls: [...calls],
    });
    write(fd, text, 0);
  });
}

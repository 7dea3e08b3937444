import { mkdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { publish, sha256Of } from "../engine/publish.ts";
import type { ServiceContext } from "./context.ts";

type Names = "tasks.keep" | "tasks.kept" | "tasks.quarantine";

export const taskHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "tasks.keep": async ({ brandDir, node, kept }) => {
    const content = Buffer.from(canonicalJson(node as never));
    publish({ content, final: keptPath(brandDir, kept), staging: join(brandDir, "tmp", "jobs"), isHint: true });
    return { kept };
  },
  "tasks.kept": async ({ brandDir, kept }) => {
    const bytes = readFileSync(keptPath(brandDir, kept));
    if (sha256Of(bytes) !== kept) throw new AssayError("corrupt", "A kept task is damaged.", "Run again.");
    return { node: JSON.parse(bytes.toString("utf8")) as TaskNode };
  },
  "tasks.quarantine": async ({ brandDir, node, run, why }) => {
    const path = posix.join("quarantine", `${node.key}.json`);
    mkdirSync(join(brandDir, "quarantine"), { recursive: true });
    const content = Buffer.from(canonicalJson({ run, why, task: node } as never));
    publish({ content, final: join(brandDir, path), staging: join(brandDir, "tmp", "jobs") });
    return { path };
  },
};

/** Below the staging folder, which is swept a day later. */
function keptPath(brandDir: string, kept: string): string {
  if (!/^[0-9a-f]{64}$/.test(kept)) throw new AssayError("bad_input", "A kept task is named by its digest.", "");
  return join(brandDir, "tmp", "jobs", `${kept}.json`);
}

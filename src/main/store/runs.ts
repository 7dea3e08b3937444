import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Database } from "./database.ts";

export interface RunRow {
  readonly run_id: string;
  readonly brand: string;
  readonly requested_at: string;
  readonly state: string;
  readonly document: string;
}

const keptRuns = 500;

/** Runs and their tasks as this machine saw them. */
export function runQueries(db: Database) {
  const put = db.prepare(`
    INSERT INTO runs (run_id, brand, requested_at, state, document)
    VALUES (@run_id, @brand, @requested_at, @state, @document)
    ON CONFLICT (run_id) DO UPDATE SET state = excluded.state, document = excluded.document`);
  const clear = db.prepare("DELETE FROM tasks WHERE run_id = ?");
  const addTask = db.prepare("INSERT INTO tasks (run_id, position, key, document) VALUES (?, ?, ?, ?)");
  const list = db
    .prepare<[string], string>("SELECT document FROM runs WHERE brand = ? ORDER BY requested_at DESC, run_id")
    .pluck();
  const tasks = db
    .prepare<[string, string], string>(
      `SELECT t.document FROM runs r JOIN tasks t ON t.run_id = r.run_id
       WHERE r.run_id = ? AND r.brand = ? ORDER BY t.position`,
    )
    .pluck();
  const older = db
    .prepare<[string, number], string>(
      "SELECT run_id FROM runs WHERE brand = ? ORDER BY requested_at DESC, run_id LIMIT -1 OFFSET ?",
    )
    .pluck();
  const remove = db.prepare("DELETE FROM runs WHERE run_id = ?");
  const putDetails = db.prepare("INSERT OR REPLACE INTO run_details (run_id, details) VALUES (?, ?)");
  const removeDetails = db.prepare("DELETE FROM run_details WHERE run_id = ?");
  const details = db
    .prepare<[string, string], Buffer>(
      "SELECT d.details FROM runs r JOIN run_details d ON d.run_id = r.run_id WHERE r.run_id = ? AND r.brand = ?",
    )
    .pluck();
  return {
    saveRun: db.transaction((run: RunRow, its: readonly { key: string; document: string }[], more: string): void => {
      put.run(run);
      clear.run(run.run_id);
      its.forEach(({ key, document }, position) => {
        addTask.run(run.run_id, position, key, document);
      });
      putDetails.run(run.run_id, deflateRawSync(Buffer.from(more)));
      for (const runId of older.all(run.brand, keptRuns)) {
        clear.run(runId);
        removeDetails.run(runId);
        remove.run(runId);
      }
    }).immediate,
    listRuns: (brand: string): string[] => list.all(brand),
    readTasks: (brand: string, runId: string): string[] => tasks.all(runId, brand),
    /** Text of what is kept beside the tasks; null where the run or an earlier program left none. */
    readDetails: (brand: string, runId: string): string | null => {
      const found = details.get(runId, brand);
      return found ? inflateRawSync(found).toString("utf8") : null;
    },
  };
}

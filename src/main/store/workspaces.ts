import type { Database } from "./database.ts";

const keptWorkspaces = 20;

/** Workspaces that were open on this machine, the latest first. */
export function workspaceQueries(db: Database) {
  const recent = db.prepare<[number], { path: string; opened_at: string }>(
    "SELECT path, opened_at FROM workspaces ORDER BY opened_at DESC, path LIMIT ?",
  );
  const put = db.prepare(
    "INSERT INTO workspaces (path, opened_at) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET opened_at = excluded.opened_at",
  );
  return {
    recentWorkspaces: (): { path: string; opened_at: string }[] => recent.all(keptWorkspaces),
    rememberWorkspace(path: string, openedAt: string): void {
      put.run(path, openedAt);
    },
  };
}

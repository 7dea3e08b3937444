import type { Database } from "./database.ts";

/** Settings of this user on this machine, each a JSON text under its name. */
export function settingQueries(db: Database) {
  const all = db.prepare<[], { name: string; value: string }>("SELECT name, value FROM settings ORDER BY name");
  const put = db.prepare(
    "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  );
  return {
    settings: (): { name: string; value: string }[] => all.all(),
    setSetting(name: string, value: string): void {
      put.run(name, value);
    },
  };
}

/** The search index: people of one published snapshot a brand, rowid in order of value, so that the first hits are the best. */
export const people = {
  version: 20,
  sql: `
    CREATE TABLE indexed_snapshots (scope TEXT PRIMARY KEY, snapshot_id TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE people (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, generation TEXT NOT NULL, customer_id TEXT NOT NULL, name TEXT, email TEXT, phone TEXT, place TEXT);
    CREATE INDEX people_by_scope ON people (scope, generation);
    CREATE VIRTUAL TABLE people_text USING fts5(name, email, phone, place, customer_id, content='people', content_rowid='id', tokenize="unicode61 remove_diacritics 2 tokenchars '@._+-'", prefix='1 2 3 4 5');
  `,
};

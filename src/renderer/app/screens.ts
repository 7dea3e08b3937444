/** The screens that stand in the navigation; the letter follows G. */
export const screens = [
  { key: "overview", name: "Overview", group: "", letter: "o" },
  { key: "customers", name: "Customers", group: "", letter: "c" },
  { key: "lifecycle", name: "Lifecycle", group: "", letter: "l" },
  { key: "preferences", name: "Preferences", group: "", letter: "p" },
  { key: "returns", name: "Returns", group: "", letter: "t" },
  { key: "segments", name: "Segments", group: "Act", letter: "s" },
  { key: "campaigns", name: "Campaigns", group: "Act", letter: "a" },
  { key: "models", name: "Models", group: "Trust", letter: "m" },
  { key: "experiments", name: "Experiments", group: "Trust", letter: "x" },
  { key: "sources", name: "Sources", group: "Operate", letter: "d" },
  { key: "identity", name: "Identity", group: "Operate", letter: "i" },
  { key: "runs", name: "Runs", group: "Operate", letter: "r" },
  { key: "cluster", name: "Cluster", group: "Operate", letter: "u" },
  { key: "sql", name: "SQL", group: "Operate", letter: "q" },
  { key: "settings", name: "Settings", group: "Operate", letter: "e" },
] as const;

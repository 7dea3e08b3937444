// Writes docs/glossary.md from the program's own glossary; `--check` fails where they differ.
import { readFileSync, writeFileSync } from "node:fs";
import { glossary } from "../src/shared/domain/glossary.ts";

const file = new URL("../docs/glossary.md", import.meta.url);
const rows = Object.entries(glossary).map(([name, { label, help }]) => `| ${label} | \`${name}\` | ${help} |`);
const text = `# Glossary\n\nThe terms of the screens' tooltips; made from \`src/shared/domain/glossary.ts\` by \`node scripts/glossary.mjs\`.\n\n| Term | Name | Means |\n|---|---|---|\n${rows.join("\n")}\n`;
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    console.error("docs/glossary.md is older than the glossary: run `node scripts/glossary.mjs`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}

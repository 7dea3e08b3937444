import { commitOnce } from "./one-commit.ts";

const [brandDir = "", scratch = "", attempt = "", content = "rows", key] = process.argv.slice(2);
const own = { brandDir, scratch, attempt, content };
console.log(JSON.stringify(commitOnce(key ? { ...own, key } : own)));

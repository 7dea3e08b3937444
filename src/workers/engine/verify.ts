import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { type Artifact, findArtifact } from "./artifact-store.ts";
import { eachEntry } from "./brand-log.ts";
import { foldBrand, neededBy } from "./brand-needs.ts";
import { brokenCheckpoints } from "./checkpoint-care.ts";
import { errnoOf } from "./file-system.ts";
import { digestFile } from "./publish.ts";
import { placesOfName } from "./standing.ts";

interface Finding {
  /** Relative to the brand's folder. */
  readonly path: string;
  readonly what: string;
}

export interface Verified {
  readonly entries: number;
  readonly artifacts: number;
  readonly files: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

const digestName = /^([0-9a-f]{64})(\.[a-z0-9]+)?$/;
const temporary = new Set(["tmp", "trash", "claims", "pins", "clock", "checkpoints", "contents", "quarantine"]);

/** Checks all that a brand's folder holds: versions dense and chained, one entry a task key, every record whole, everything
 *  it refers to there with its size and digest, every file that is named by a digest true to it. Names of others are passed
 *  over. */
export function verifyBrand(brandDir: string): Verified {
  const findings: Finding[] = [];
  const entries = verifyLog(brandDir, findings);
  let [artifacts, files, bytes] = [0, 0, 0];
  const whole = new Map<string, number>();
  for (const path of filesBelow(brandDir)) {
    const named = digestName.exec(path.split(sep).at(-1) ?? "")?.[1];
    if (!named) continue;
    const found = digestFile(join(brandDir, path));
    files++;
    bytes += found.bytes;
    if (found.sha256 === named) whole.set(path.split(sep).join("/"), found.bytes);
    else findings.push({ path, what: "its bytes aren't those that its name says" });
  }
  for (const path of filesBelow(brandDir).filter((one) => one.endsWith(`${sep}artifact.json`))) {
    artifacts++;
    verifyArtifact({ brandDir, path, whole }, findings);
  }
  verifyNeeds(brandDir, findings);
  return { entries, artifacts, files, bytes, findings };
}

/** What the log refers to is there; whether its bytes are right is told of every artifact. */
function verifyNeeds(brandDir: string, findings: Finding[]): void {
  for (const path of brokenCheckpoints(brandDir))
    findings.push({ path, what: "it isn't what the log says; it is passed over" });
  try {
    for (const name of neededBy(brandDir, foldBrand(brandDir))) {
      const record = name.startsWith("snapshots/") ? "manifest.json" : "artifact.json";
      const paths = placesOfName(brandDir, name).map((place) => join(place, record));
      if (paths.some((path) => existsSync(join(brandDir, path)))) continue;
      findings.push({ path: paths[0] ?? name, what: "the log refers to it, and it isn't there" });
    }
  } catch (error) {
    findings.push({ path: "log", what: messageOf(error) });
  }
}

function verifyLog(brandDir: string, findings: Finding[]): number {
  try {
    const keys = new Set<string>();
    let entries = 0;
    for (const { taskKey, version } of eachEntry(brandDir, 1)) {
      if (keys.has(taskKey)) findings.push({ path: "log", what: `version ${version} repeats the task ${taskKey}` });
      keys.add(taskKey);
      entries++;
    }
    return entries;
  } catch (error) {
    findings.push({ path: "log", what: messageOf(error) });
    return 0;
  }
}

interface Checking {
  readonly brandDir: string;
  readonly path: string;
  /** Sizes of the files whose bytes are right, by path. */
  readonly whole: ReadonlyMap<string, number>;
}

function verifyArtifact({ brandDir, path, whole }: Checking, findings: Finding[]): void {
  const key = path.split(sep).at(-2) ?? "";
  let artifact: Artifact | undefined;
  try {
    artifact = findArtifact(brandDir, key);
  } catch (error) {
    findings.push({ path, what: messageOf(error) });
  }
  for (const file of artifact?.files ?? []) {
    if (whole.get(file.path) !== file.bytes)
      findings.push({ path, what: `${file.output} isn't there as it was written` });
  }
}

function filesBelow(brandDir: string): string[] {
  try {
    return readdirSync(brandDir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !temporary.has(entry.name))
      .flatMap(({ name }) =>
        readdirSync(join(brandDir, name), { withFileTypes: true, recursive: true })
          .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
          .map((entry) => join(entry.parentPath, entry.name).slice(brandDir.length + 1)),
      )
      .sort();
  } catch (error) {
    throw new AssayError(
      "unavailable",
      `${brandDir} can't be listed (${errnoOf(error)}).`,
      "Check the share.",
      {},
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

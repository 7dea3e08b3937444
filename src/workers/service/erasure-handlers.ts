import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import { sweepLanding, sweepStaging } from "../engine/janitor.ts";
import { namesIn } from "../engine/names-in.ts";
import { type PseudonymKind, pseudonym, workspaceKey } from "../engine/pseudonym.ts";
import { publish } from "../engine/publish.ts";
import { parquet } from "../engine/sql.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { asideOf, eraseFromArtifacts, holdsOthers } from "./erase-artifacts.ts";
import { eraseCopies, eraseFromLanded, removeFiles } from "./erase-landed.ts";
import { eraseFromLists } from "./erase-lists.ts";
import { findPerson } from "./find-person.ts";
import { layOutAlone, readManifest, tableFiles } from "./lay-out.ts";
import { loadPerson } from "./person-predicate.ts";
import { forgetSessions } from "./query-handlers.ts";

type Names = Extract<keyof EngineContract, `erasure.${string}`>;

const plansOf = (brandDir: string) => join(brandDir, "erasures");
const planOf = (brandDir: string, erasure: string) => join(plansOf(brandDir), `${erasure}.json`);
/** Longer than a claim's heartbeat. */
const claimBeatMs = 2_600;
/** Longer than a run that found no erasure takes to its first claim. */
const startMs = 300;
const deadStagingMs = 3_600_000;

export const erasureHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "erasure.find": (request, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session }) => {
      const found = await findPerson(await session(), request);
      const key = workspaceKey(request.brandDir);
      const { email, customer_id } = request;
      const marks = [
        ...(email === undefined ? [] : [pseudonym(key, "email", email)]),
        ...(customer_id === undefined ? [] : [pseudonym(key, "customer", customer_id)]),
      ];
      return { ...found, marks, tombstones: tombstonesOf(key, found) };
    }),
  "erasure.begin": async ({ brandDir, erasure, person }) => {
    const key = workspaceKey(brandDir);
    mkdirSync(plansOf(brandDir), { recursive: true });
    const content = Buffer.from(JSON.stringify({ erasure, person }));
    publish({ content, final: planOf(brandDir, erasure), staging: join(brandDir, "tmp", "erasures"), mode: 0o600 });
    return {
      subjects: person.customer_ids.map((id) => pseudonym(key, "customer", id)),
      tombstones: tombstonesOf(key, person),
    };
  },
  "erasure.pending": async ({ brandDir }) => ({
    pending: namesIn(plansOf(brandDir))
      .filter((name) => name.endsWith(".json"))
      .map(
        (name) =>
          JSON.parse(readFileSync(join(plansOf(brandDir), name), "utf8")) as { erasure: string; person: Person },
      ),
  }),
  "erasure.busy": async ({ brandDir, own }) => ({ busy: await isBusy(join(brandDir, "claims"), own) }),
  "erasure.held": ({ brandDir, person, recipients }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session }) => {
      const open = await session();
      await loadPerson(open, person);
      const held: string[] = [];
      for (const path of recipients) {
        const full = join(brandDir, path);
        if (!existsSync(full)) continue;
        const sql = `SELECT count(*) FROM ${parquet([full])} WHERE customer_id IN (SELECT v FROM own_ids)`;
        if (Number(await open.value(sql)) > 0) held.push(path);
      }
      return { held };
    }),
  "erasure.landed": (input, { ctx, signal, progress }) =>
    eraseFromLanded(ctx, input, { signal, progress: (done, total) => progress({ done, total }) }),
  "erasure.artifacts": ({ brandDir, erasure, person, members, isDry }, { ctx, signal, progress }) =>
    withSession(ctx, signal, async ({ session, scratch }) => {
      const open = await session();
      await loadPerson(open, person);
      const tell = (done: number, total: number) => progress({ done, total });
      const erasing = { session: open, brandDir, erasure, person, scratch, isDry, signal, progress: tell };
      const made = await eraseFromArtifacts(erasing);
      const snapshots = isDry ? 0 : layOutAgain(brandDir, members);
      const lists = await eraseFromLists(open, brandDir, person, { isDry, scratch });
      return { ...made, snapshots, lists };
    }),
  "erasure.finish": async ({ brandDir, erasure, removed, copies, files }) => {
    forgetSessions();
    removeFiles(brandDir, removed);
    const replaced = eraseCopies(copies, brandDir, files);
    rmSync(asideOf(brandDir, erasure), { recursive: true, force: true });
    for (const name of namesIn(join(brandDir, "trash")))
      if (!name.startsWith("erase-")) rmSync(join(brandDir, "trash", name), { recursive: true, force: true });
    sweepStaging([join(brandDir, "tmp")], { olderThanMs: deadStagingMs });
    sweepLanding(brandDir);
    rmSync(planOf(brandDir, erasure), { force: true });
    return { copies: replaced };
  },
};

function tombstonesOf(key: Buffer, person: Person): string[] {
  const plain = (kind: PseudonymKind, values: readonly string[]) => values.map((value) => pseudonym(key, kind, value));
  const pairs = (kind: PseudonymKind, values: Person["records"]) =>
    values.map(({ key_space, id }) => pseudonym(key, kind, key_space, id));
  const all = [
    ...plain("email", person.emails),
    ...plain("phone", person.phones),
    ...plain("card", person.cards),
    ...plain("visitor", person.visitors),
    ...pairs("record", person.records),
    ...pairs("order", person.orders),
  ];
  return [...new Set(all)].sort();
}

/** Lays the tables of every snapshot out again whose files were replaced. */
function layOutAgain(brandDir: string, members: Readonly<Record<string, string>>): number {
  let snapshots = 0;
  for (const id of namesIn(join(brandDir, "snapshots"))) {
    if (!existsSync(join(brandDir, "snapshots", id, "manifest.json"))) continue;
    const refreshed = members[id]
      ? { segment_members: [{ key: members[id], output: "segment_members", bucket: 0 }] }
      : {};
    let isChanged = false;
    for (const [table, listed] of Object.entries({ ...readManifest(brandDir, id).tables, ...refreshed })) {
      const digests = new Set(tableFiles(brandDir, listed).map(({ file }) => file.sha256));
      if (!holdsOthers(join(brandDir, "snapshots", id, "tables", table), digests)) continue;
      layOutAlone(brandDir, id, table, listed);
      isChanged = true;
    }
    if (isChanged) snapshots++;
  }
  return snapshots;
}

/** Whether a claim beside one's own is alive: a counter moved, or one came, while it was looked at. */
async function isBusy(folder: string, own: string): Promise<boolean> {
  const look = () =>
    new Map(
      namesIn(folder).flatMap((part) =>
        namesIn(join(folder, part))
          .filter((name) => !name.startsWith(own))
          .map((name) => [name, quietText(join(folder, part, name))] as const),
      ),
    );
  const before = look();
  await wait(before.size === 0 ? startMs : claimBeatMs);
  return [...look()].some(([name, text]) => before.get(name) !== text);
}

function quietText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

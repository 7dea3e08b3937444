import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import { notPermitted } from "../../shared/domain/disclosure.ts";
import type { RestsOn } from "../../shared/domain/written-list.ts";
import type { Session } from "../engine/duckdb.ts";
import { duckdbVersion } from "../engine/duckdb.ts";
import { publish } from "../engine/publish.ts";
import { quoteText, toCell, toLine } from "../query/delimited-text.ts";
import type { SegmentInput } from "../query/segment-in.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";
import { openWholeFile } from "../query/whole-file.ts";
import type { ExportColumn } from "./define.ts";
import { formed } from "./hashing.ts";
import { requireTemplate } from "./list.ts";
import { type Choice, chooseRecipients, columnsOf, offerColumns, type Recipients, rowsSql } from "./recipients.ts";

export interface ExportOptions {
  readonly template?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly include_unreachable?: boolean | undefined;
}
export interface ExportInput extends SegmentInput, ExportOptions {
  readonly segment: string | null;
  readonly sentence: string;
  readonly path: string;
  /** Version of the program, for the manifest. */
  readonly version: string;
  readonly written_at: string;
  /** Of a list that is written without the share. */
  readonly rests_on?: RestsOn | null | undefined;
  /** Of a list that goes to one group of a campaign: which, and the table of who is in which group. */
  readonly campaign?: {
    readonly campaign: string;
    readonly variant: string;
    readonly assignments: string;
    /** Key of the table of who is offered what. */
    readonly offers?: string;
  };
  /** The account that asks, where it may not take personal data out. */
  readonly refused?: string | null | undefined;
  /** Folder in which a table of whom the list holds is kept. */
  readonly keep?: { readonly folder: string; readonly staging: string; readonly scratch: string };
}
export interface Exported {
  path: string;
  rows: number;
  sha256: string;
  left_out: { reason: string; count: number }[];
  manifest: string;
  columns: string[];
  /** Those of its columns that hold personal data, hashed or not. */
  personal: string[];
  code: string;
  /** Name of the table of whom it holds, where one is kept. */
  recipients: string | null;
}
export interface ExportPreview {
  rows: number;
  left_out: { reason: string; count: number }[];
  columns: string[];
  sample: string[][];
}
export type ExportProgress = (progress: { label: string; done: number; total: number }) => void;

/** Raised when the same rows come to be written otherwise. */
const listVersion = 1;
const batch = 20_000;
const sampled = 8;

const cellsOf = (row: Record<string, Json>, columns: readonly ExportColumn[]) =>
  columns.map(({ kind, form }, at) => {
    const value = row[`c${at}`];
    if (form !== undefined) return typeof value === "string" ? quoteText(formed(value, form)) : "";
    return kind === "list" && Array.isArray(value) ? quoteText(value.join("; ")) : toCell(value, kind === "phone");
  });

/** Who would leave the house, and how the first rows would read, before anything is written. */
export async function previewExport(
  snapshot: OpenSnapshot,
  input: SegmentInput & ExportOptions,
  signal?: AbortSignal,
): Promise<ExportPreview> {
  const template = requireTemplate(input.template);
  const columns = columnsOf(snapshot, template, input.fields);
  return snapshot.use(signal, async (session) => {
    const recipients = await chooseRecipients(snapshot, session, input, template);
    const rows = await session.rows(rowsSql(snapshot, { columns, from: 0, to: sampled }));
    return {
      rows: recipients.rows,
      left_out: recipients.leftOut,
      columns: columns.map(({ header }) => header),
      sample: rows.map((row) =>
        cellsOf(row, columns).map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
      ),
    };
  });
}

/** Writes the list to a local path, whole or not at all, with `<file>.manifest.json` beside it: which snapshot and rule it comes
 *  from, who was left out and why, and the digest by which it can be checked again. */
export async function writeExport(
  snapshot: OpenSnapshot,
  input: ExportInput,
  signal?: AbortSignal,
  onProgress?: ExportProgress,
  choose: (session: Session) => Promise<Choice & { readonly offers?: string | undefined }> = async () => ({}),
): Promise<Exported> {
  const template = requireTemplate(input.template);
  const hasOffers = input.campaign?.offers !== undefined && template.takesFields;
  const columns = [...columnsOf(snapshot, template, input.fields), ...(hasOffers ? offerColumns : [])];
  const personal = columns.flatMap(({ from, header }) =>
    from === "people" || from === "identity_links" ? [header] : [],
  );
  if (input.refused && personal.length > 0) throw notPermitted(input.refused, personal);
  return snapshot.use(signal, async (session) => {
    const { offers, ...choice } = await choose(session);
    const recipients = await chooseRecipients(snapshot, session, input, template, choice);
    const list = { recipients, offers: hasOffers ? offers : undefined };
    const { sha256 } = await writeList(snapshot, session, input, columns, list, signal, onProgress);
    const headers = columns.map(({ header }) => header);
    const code = codeOf(template.name, columns);
    const manifest = `${input.path}.manifest.json`;
    const file = await openWholeFile(manifest);
    await file.write(
      `${JSON.stringify(manifestOf(snapshot, input, { template: template.name, columns: headers, recipients, sha256, code }), null, 2)}\n`,
    );
    await file.finish();
    return {
      path: input.path,
      rows: recipients.rows,
      sha256,
      left_out: recipients.leftOut,
      manifest,
      columns: headers,
      personal,
      code,
      recipients: input.keep ? await keepRecipients(session, input.keep) : null,
    };
  });
}

function codeOf(template: string, columns: readonly ExportColumn[]): string {
  const question = {
    listVersion,
    template,
    columns: columns.map((column) => ({ ...column })),
    engine: duckdbVersion(),
  };
  return createHash("sha256").update(canonicalJson(question)).digest("hex");
}

/** Keeps whom a list holds: who asks later where somebody's data went is answered from these tables. */
async function keepRecipients(session: Session, { folder, staging, scratch }: NonNullable<ExportInput["keep"]>) {
  const localPath = join(scratch, `recipients-${randomUUID()}.parquet`);
  await session.toParquet("SELECT customer_id FROM recipients ORDER BY customer_id", localPath);
  const name = `${randomUUID()}.parquet`; // no digest: an erasure takes rows out of it
  publish({ content: { localPath }, final: join(folder, name), staging });
  rmSync(localPath, { force: true });
  return name;
}

async function writeList(
  snapshot: OpenSnapshot,
  session: Session,
  input: ExportInput,
  columns: readonly ExportColumn[],
  { recipients: { rows: total }, offers }: { recipients: Recipients; offers: string | undefined },
  signal: AbortSignal | undefined,
  onProgress: ExportProgress | undefined,
): Promise<{ sha256: string }> {
  const file = await openWholeFile(input.path);
  try {
    await file.write(toLine(columns.map(({ header }) => quoteText(header))));
    for (let from = 0; from < total; from += batch) {
      throwIfCancelled(signal);
      const rows = await session.rows(rowsSql(snapshot, { columns, from, to: from + batch, offers }));
      await file.write(rows.map((row) => toLine(cellsOf(row, columns))).join(""));
      onProgress?.({ label: "Writing the list", done: Math.min(total, from + batch), total });
    }
    throwIfCancelled(signal);
    return await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

interface Written {
  readonly template: string;
  readonly columns: string[];
  readonly recipients: Recipients;
  readonly sha256: string;
  readonly code: string;
}

function manifestOf(
  snapshot: OpenSnapshot,
  input: ExportInput,
  { template, columns, recipients, sha256, code }: Written,
): Json {
  const { handle } = snapshot;
  const rule = (
    input.definition.sql ? { sql: input.definition.sql } : { where: input.definition.where ?? null }
  ) as Json;
  const consents = [...(handle.tables.consents ?? handle.tables.consent_states ?? [])]
    .map((path) => basename(path))
    .sort();
  return {
    format: "assay-list",
    format_version: 1,
    file: basename(input.path),
    sha256,
    rows: recipients.rows,
    columns,
    template,
    snapshot_id: handle.snapshot_id,
    as_of: handle.as_of,
    segment: input.segment,
    rule,
    rule_sha256: createHash("sha256").update(canonicalJson(rule)).digest("hex"),
    segments: namedSegments(input) as unknown as Json,
    code_sha256: code,
    sentence: input.sentence,
    ...(input.campaign ? { campaign: { ...input.campaign } } : {}),
    include_unreachable: input.include_unreachable === true,
    left_out: recipients.leftOut,
    consent_note: recipients.consentNote,
    ...(input.rests_on ? { suppressions_as_known: { ...input.rests_on, shared_directory: "not answering" } } : {}),
    consent_version: consents.length > 0 ? createHash("sha256").update(consents.join("\n")).digest("hex") : null,
    created_by: `assay ${input.version} (duckdb ${duckdbVersion()})`,
    written_at: input.written_at,
  };
}

/** Rules that the rule refers to by name belong to it: without them it couldn't be worked out again. */
function namedSegments({ definition, segments }: SegmentInput): SegmentInput["segments"] {
  return JSON.stringify(definition).includes('"segment"') ? segments : {};
}

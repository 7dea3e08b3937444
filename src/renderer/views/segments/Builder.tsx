import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Field, SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { Segment } from "../../../shared/api/contract/segments.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { useNeeded } from "../../client/use-needed.ts";
import { ExportDialog } from "../../components/ExportDialog.tsx";
import { Icon } from "../../components/Icon.tsx";
import { PythonButton } from "../../components/PythonButton.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { countOf } from "../../format/format.ts";
import { keyName } from "../../format/keys.ts";
import { change, startHistory, undo } from "./history.ts";
import { Members } from "./Members.tsx";
import { MovesPanel } from "./MovesPanel.tsx";
import { RulesPanel } from "./RulesPanel.tsx";
import { SegmentStrip } from "./SegmentStrip.tsx";
import "./segments.css";
import { readTree, replaceAt, startingTree, unfinished } from "./tree.ts";
import { useSettled } from "./use-settled.ts";
import { VersionsPanel } from "./VersionsPanel.tsx";

interface Props {
  readonly fields: readonly Field[];
  readonly segment: Segment | null;
  readonly names: readonly string[];
}

/** Rules that name customers by the thousand don't go into an address. */
const longestRules = 8_000;

/** Where the builder stands with its rules as they are; null where it takes none up. */
function draftAddress(segment: Segment | null, tree: SegmentTree): string | null {
  const rules = JSON.stringify(tree);
  if (segment?.definition.sql !== undefined || rules.length > longestRules) return null;
  if (segment === null) return `/segments/new?where=${encodeURIComponent(rules)}`;
  const isSaved = rules === JSON.stringify(segment.definition.where);
  return `/segments/${segment.segment}${isSaved ? "" : `?where=${encodeURIComponent(rules)}`}`;
}

const sampleSize = 8;
const moversShown = 5;

/** An audience while it is edited: size, money and reach follow every change; what was changed can be undone. */
export function Builder({ fields, segment, names }: Props) {
  const { brand, currency } = useBrand();
  const { params } = useRoute();
  const client = useClient();
  const queries = useQueryClient();
  const sql = segment?.definition.sql;
  const [history, setHistory] = useState(() =>
    startHistory(readTree(params.get("where")) ?? segment?.definition.where ?? startingTree),
  );
  const [name, setName] = useState(segment?.segment ?? "");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [isExporting, setIsExporting] = useState(false);
  const needed = useNeeded(name);
  const tree = history.now;
  const hasPast = history.past.length > 0;
  const settled = useSettled(tree, 250);
  const definition = sql === undefined ? { where: settled } : { sql };
  const canAsk = sql !== undefined || unfinished(settled) === null;
  const figures = useAsk("segments.count", { brand, definition }, { keep: true, enabled: canAsk });
  const leaving = useAsk("segments.export_preview", { brand, definition }, { keep: true, enabled: canAsk });
  const members = useAsk("segments.members", { brand, definition, limit: sampleSize }, { keep: true, enabled: canAsk });
  const moves = useAsk("segments.moves", { brand, definition, limit: moversShown }, { keep: true, enabled: canAsk });
  const versions = useAsk(
    "segments.versions",
    { brand, segment: segment?.segment ?? "" },
    { enabled: segment !== null },
  );
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      if (event.target instanceof HTMLElement && event.target.closest("input, textarea")) return;
      if (!hasPast) return;
      event.preventDefault();
      setHistory(undo);
    };
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [hasPast]);
  const address = draftAddress(segment, settled);
  useEffect(() => {
    if (address !== null) go(address, { replace: true }); // coming back finds the rules as they were left
  }, [address]);
  const save = async () => {
    setError(null);
    try {
      const kept = sql === undefined ? { where: tree } : { sql };
      await client.call("segments.save", { brand, segment: name, definition: kept, create: segment === null });
      if (segment)
        offerUndo(`The segment ${name} is changed.`, () =>
          client.call("segments.save", { brand, segment: name, definition: segment.definition }),
        );
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith("segments.") });
      go(`/segments/${name}`);
    } catch (reason) {
      setError(reason as Error);
    }
  };
  const isChanged =
    segment === null || (sql === undefined && JSON.stringify(tree) !== JSON.stringify(segment.definition.where));
  return (
    <>
      <Head
        title={segment?.segment ?? "New segment"}
        crumb={{ name: "Segments", to: "/segments" }}
        beside={
          segment && (
            <span className="chip">
              {isChanged ? `Draft of version ${segment.version + 1}` : `Version ${segment.version}`}
            </span>
          )
        }
        right={
          <>
            {history.past.length > 0 && (
              <button type="button" className="button" title={keyName("Ctrl Z")} onClick={() => setHistory(undo)}>
                <Icon name="undo" />
                Undo
              </button>
            )}
            {segment === null && (
              <input
                className="field"
                ref={needed.field}
                aria-label="Name of the segment"
                placeholder="Name of the segment"
                maxLength={63}
                value={name}
                onChange={(event) => setName(event.target.value.replaceAll(/\s+/g, "-"))}
                onKeyDown={(event) => event.key === "Enter" && name !== "" && void save()}
              />
            )}
            <PythonButton
              subject={{ brand, definition, ...(segment ? { segment: segment.segment } : {}) }}
              isDisabled={!canAsk || figures.isError}
            />
            <button
              type="button"
              className="button"
              disabled={!isChanged}
              onClick={() => needed.ask(() => void save())}
            >
              {segment === null ? "Save segment" : "Save version"}
            </button>
            <button
              type="button"
              className="button primary"
              disabled={!leaving.data || !figures.data || figures.data.customers === 0}
              onClick={() => setIsExporting(true)}
            >
              <Icon name="download" />
              {leaving.data ? `Export ${countOf(leaving.data.rows, "customer")}` : "Export"}
            </button>
          </>
        }
      />
      {needed.isMissed && (
        <p className="problem" role="status">
          Name the segment first.
        </p>
      )}
      {error && <Failure error={error} />}
      <SegmentStrip
        figures={figures.data}
        currency={currency}
        isWaiting={figures.isFetching}
        leftOut={leaving.data?.left_out.reduce((sum, { count }) => sum + count, 0)}
      />
      <div className="grid">
        <RulesPanel
          tree={tree}
          sql={sql}
          figures={figures.data}
          error={figures.error}
          context={{
            fields,
            currency,
            segments: names.filter((one) => one !== segment?.segment),
            alike: figures.data?.alike ?? [],
            counts: new Map(figures.data?.rules.map((rule) => [rule.path, rule.customers])),
            onChange: (path, node, edit) =>
              setHistory((before) => change(before, replaceAt(before.now, path, node), edit ?? null)),
          }}
        />
        <Members
          rows={figures.isError ? undefined : members.data?.rows}
          total={figures.data?.customers}
          currency={currency}
          all={sql === undefined ? `/customers?where=${encodeURIComponent(JSON.stringify(settled))}` : null}
        />
        <MovesPanel moves={figures.isError ? undefined : moves.data} fields={fields} currency={currency} />
        <VersionsPanel
          versions={versions.data?.versions ?? []}
          onUse={({ definition: { where } }) => where && setHistory((before) => change(before, where))}
        />
      </div>
      {isExporting && (
        <ExportDialog
          brand={brand}
          segment={segment?.segment ?? null}
          definition={sql === undefined ? { where: tree } : { sql }}
          fields={fields}
          onClose={() => setIsExporting(false)}
        />
      )}
    </>
  );
}

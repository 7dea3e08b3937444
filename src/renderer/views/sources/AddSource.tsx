import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { MappingJson } from "../../../shared/api/contract/sources.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { Icon } from "../../components/Icon.tsx";
import { PathField } from "../../components/PathField.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { nameFromPath } from "../../format/paths.ts";
import { FoundFiles } from "./FoundFiles.tsx";
import { Preview } from "./Preview.tsx";

type Found = OutputOf<AssayContract["sources.detect"]>;

/** Recognise, look, register: nothing is kept until “Add”. */
export function AddSource({ paths: given }: { paths: readonly string[] }) {
  const { brand, currency, timeZone } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const [paths, setPaths] = useState(given);
  const [path = "", ...others] = paths;
  const [name, setName] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const [mapping, setMapping] = useState<MappingJson | null>(null);
  const recognise = (wanted: readonly string[]) =>
    start("Recognising the files", async (signal) => {
      setFound(null);
      setShown(null);
      setMapping(null);
      setFound(await client.call("sources.detect", { paths: [...wanted], currency, time_zone: timeZone }, { signal }));
      setName(nameFromPath(wanted[0] ?? ""));
    });
  const atOnce = useRef(given.length === 0 ? null : recognise);
  useEffect(() => {
    void atOnce.current?.(given);
    atOnce.current = null;
  }, [given]);
  const add = () =>
    start("Registering the sources", async (signal, onProgress) => {
      const own = mapping && found?.files.length === 1 ? { mapping } : {};
      const { sources } = await client.call("sources.add", { brand, name, paths: [...paths], ...own }, { signal });
      for (const { source } of sources)
        await client.stream("sources.ingest", { brand, source }, { signal, onProgress });
      await queries.invalidateQueries();
      go("/sources");
    });
  const isOne = found?.files.length === 1;
  return (
    <>
      <Head title="Add source" crumb={{ name: "Sources", to: "/sources" }} />
      <form
        className="panel add-source"
        onSubmit={(event) => {
          event.preventDefault();
          void recognise(paths);
        }}
      >
        <PathField
          label="File or folder on this machine"
          value={path}
          onChange={(typed) => setPaths([typed, ...others])}
          onPick={(picked) => {
            setPaths([picked]);
            void recognise([picked]);
          }}
          onPickFiles={(picked) => {
            setPaths(picked);
            void recognise(picked);
          }}
        />
        {others.length > 0 && (
          <span className="chip" title={others.join("\n")}>
            and {others.length} more
            <button type="button" aria-label="Only the first" onClick={() => setPaths([path])}>
              <Icon name="close" />
            </button>
          </span>
        )}
        <button type="submit" className={found ? "button" : "button primary"} disabled={path === "" || doing !== null}>
          Recognise
        </button>
      </form>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {found && (
        <div className="grid">
          <FoundFiles
            found={found}
            name={name}
            shown={shown}
            isBusy={doing !== null}
            onName={setName}
            onShow={(file) => {
              setShown(file);
              setMapping(null);
            }}
            onAdd={() => void add()}
          />
          {shown && (
            <Preview key={shown} path={shown} mapping={mapping} canKeep={isOne === true} onMapping={setMapping} />
          )}
        </div>
      )}
    </>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ModelCard } from "../../../shared/api/contract/models.ts";
import type { OwnProgram, OwnPropensity } from "../../../shared/domain/own-model.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { day } from "../../format/format.ts";
import { sentenceOf } from "./own-words.ts";

/** What a retailer's own model is defined as, and what may be done about it. */
export function OwnPanel({ card }: { card: ModelCard }) {
  const { brand } = useBrand();
  const { name, own } = card;
  const kept = useAsk("own_models.show", { brand, name });
  const [isRemoving, setIsRemoving] = useState(false);
  if (!own) return null;
  const definition = kept.data?.definition;
  return (
    <Panel
      title="Definition"
      under={
        kept.data
          ? `Changed ${day(kept.data.changed_at.slice(0, 10))}; shared with everybody who opens the workspace`
          : undefined
      }
    >
      {kept.isPending && <Waiting />}
      {kept.isError && <Failure error={kept.error} onRetry={() => void kept.refetch()} />}
      {definition?.kind === "propensity" && <p>{sentenceOf(definition as OwnPropensity)}</p>}
      {definition?.kind === "program" && <Program definition={definition as OwnProgram} own={own} />}
      {definition && (
        <div className="form-actions own-actions">
          {own.kind === "propensity" && (
            <a className="button" href={`/models/new?of=${name}`} data-route>
              Change
            </a>
          )}
          <button type="button" className="button" onClick={() => setIsRemoving(true)}>
            Remove
          </button>
        </div>
      )}
      {isRemoving && <Removing name={name} title={card.title} onClose={() => setIsRemoving(false)} />}
    </Panel>
  );
}

function Program({ definition, own }: { definition: OwnProgram; own: NonNullable<ModelCard["own"]> }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const [program, setProgram] = useState("");
  const { name } = definition;
  const allow = () =>
    start("Allowing", async (signal) => {
      await client.call("own_models.allow", { brand, name, program: program.trim() || null }, { signal });
      await queries.invalidateQueries();
    });
  const forbid = () =>
    start("Taking it back", async (signal) => {
      await client.call("own_models.forbid", { brand, name }, { signal });
      await queries.invalidateQueries();
    });
  return (
    <>
      <pre className="mono own-command">{definition.command.join(" ")}</pre>
      {Object.entries(definition.files).map(([file, text]) => (
        <details key={file} className="own-file-box">
          <summary className="mono">{file}</summary>
          <pre className="mono own-file">{text}</pre>
        </details>
      ))}
      {own.allowed ? (
        <>
          <State tone="good">May run on this machine</State>
          {own.program && (
            <p className="muted">
              With <span className="mono">{own.program}</span> for {definition.command[0]}.
            </p>
          )}
          <div className="form-actions own-actions">
            <button type="button" className="button" disabled={doing !== null} onClick={() => void forbid()}>
              Take leave back
            </button>
          </div>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void allow();
          }}
        >
          <State tone="warn">Doesn’t run on this machine</State>
          <p>
            Whoever may write into the workspace can put a command here, and it can do on this machine whatever you can.
            Look at the command and its files before you allow it. A change of the definition asks again.
          </p>
          <label className="on">
            Where {definition.command[0]} lies here; left empty, as the command says
            <input
              className="field mono"
              value={program}
              spellCheck={false}
              placeholder={definition.command[0] ?? ""}
              onChange={(event) => setProgram(event.target.value)}
            />
          </label>
          <div className="form-actions own-actions">
            <button type="submit" className="button primary" disabled={doing !== null}>
              Allow on this machine
            </button>
          </div>
        </form>
      )}
      {error && <Failure error={error} />}
    </>
  );
}

function Removing({ name, title, onClose }: { name: string; title: string; onClose: () => void }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const remove = () =>
    start("Removing", async (signal) => {
      await client.call("own_models.remove", { brand, name }, { signal });
      await queries.invalidateQueries();
      go("/models");
    });
  return (
    <Dialog label={`Remove ${title}`} onClose={onClose}>
      <h2>Remove {title}?</h2>
      <p>
        Later runs don’t score it. Snapshots that were published keep its scores, and a segment that names them counts
        on those only.
      </p>
      {error && <Failure error={error} />}
      <div className="actions">
        <button type="button" className="button primary" disabled={doing !== null} onClick={() => void remove()}>
          Remove
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

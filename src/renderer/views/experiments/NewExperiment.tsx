import { useState } from "react";
import type { ParamSpec } from "../../../shared/domain/params.ts";
import { modelTargets, tournamentQuestions } from "../../../shared/domain/tournament.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { integer } from "../../format/format.ts";
import { parseValues } from "./words.ts";

interface Props {
  readonly brand: string;
  readonly begun: Row;
  readonly onClose: () => void;
}

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly range: string;
  readonly initial: string;
}

function rangeOf(spec: ParamSpec): string {
  if (spec.kind === "number") return `${spec.min} to ${spec.max}${spec.unit ? ` ${spec.unit}` : ""}`;
  return spec.kind === "choice" ? spec.choices.join(", ") : "true or false";
}

interface Row {
  readonly name: string;
  readonly values: string;
}
const nothing: Row = { name: "", values: "" };

/** One or two parameters with the values to try, another horizon or day: variants that run beside the current snapshot. */
export function NewExperiment({ brand, begun, onClose }: Props) {
  const client = useClient();
  const { doing, error, start, cancel } = useWork();
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [rows, setRows] = useState<readonly Row[]>([begun]);
  const [horizon, setHorizon] = useState("");
  const [asOf, setAsOf] = useState("");
  const choices = useChoices(brand);
  const set = (at: number, row: Row) => setRows(rows.map((one, index) => (index === at ? row : one)));
  const filled = rows.filter((row) => row.name !== "" && parseValues(row.values).length > 0);
  const count = filled.reduce((product, row) => product * parseValues(row.values).length, 1);
  const isSomething = filled.length > 0 || horizon !== "" || asOf !== "";
  const create = () =>
    start("Planning the variants", async (signal, onProgress) => {
      const params = Object.fromEntries(filled.map((row) => [row.name, parseValues(row.values)]));
      const more = { ...(horizon ? { horizon_days: Number(horizon) } : {}), ...(asOf ? { as_of: asOf } : {}) };
      const input = { brand, experiment: name.trim(), note, params, ...more };
      await client.stream("experiments.create", input, { signal, onProgress });
      go(`/experiments/${encodeURIComponent(name.trim())}`);
    });
  return (
    <Dialog label="New experiment" onClose={onClose} className="wide" isForm isBusy={doing !== null}>
      <h2>New experiment</h2>
      <form
        className="experiment-form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <label className="on">
          Name
          <input
            className="field"
            required
            maxLength={60}
            pattern="[A-Za-z0-9][\w .\-]*"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="on">
          What is tried and why
          <input className="field" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        {rows.map((row, at) => (
          <ParamRow
            key={at === 0 ? "first" : "second"}
            row={row}
            choices={choices}
            onChange={(next) => set(at, next)}
          />
        ))}
        {rows.length === 1 && (
          <button type="button" className="button bare add" onClick={() => setRows([...rows, nothing])}>
            Add a second parameter for a grid
          </button>
        )}
        <div className="pair">
          <label className="on">
            Horizon, days
            <input
              className="field"
              type="number"
              min={1}
              max={3650}
              placeholder="as it is"
              value={horizon}
              onChange={(event) => setHorizon(event.target.value)}
            />
          </label>
          <label className="on">
            As of
            <input className="field" type="date" value={asOf} onChange={(event) => setAsOf(event.target.value)} />
          </label>
        </div>
        {error && <Failure error={error} />}
        {doing && <Working doing={doing} onCancel={cancel} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={doing !== null || name === "" || !isSomething}>
            Run {integer(count)} {count === 1 ? "variant" : "variants"}
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What can be tried: which model a figure comes from, and every parameter of every model. */
function useChoices(brand: string): { group: string; choices: Choice[] }[] {
  const models = useAsk("models.list", { brand });
  const tournament = useAsk("tournament.read", { brand });
  const chosen = modelTargets.map((target): Choice => {
    const found = tournament.data?.targets.find((one) => one.target === target);
    const names = (found?.candidates ?? []).filter((one) => one.can_be_chosen).map(({ candidate }) => candidate);
    return {
      name: `chosen_${target}.model`,
      label: `Model of: ${tournamentQuestions[target].title.toLowerCase()}`,
      help: "Which model's figures stand in the profile.",
      range: ["auto", ...names].join(", "),
      initial: "",
    };
  });
  const own = (models.data?.models ?? []).flatMap(({ name, title, params }) => {
    const specs = Object.entries(params as unknown as Readonly<Record<string, ParamSpec>>);
    const choices = specs.map(([param, spec]): Choice => {
      const told = { name: `${name}.${param}`, label: spec.label, help: spec.help };
      return { ...told, range: rangeOf(spec), initial: String(spec.default) };
    });
    return choices.length === 0 ? [] : [{ group: title, choices }];
  });
  return [{ group: "Choice of model", choices: chosen }, ...own];
}

interface ParamRowProps {
  readonly row: Row;
  readonly choices: ReturnType<typeof useChoices>;
  readonly onChange: (row: Row) => void;
}

function ParamRow({ row, choices, onChange }: ParamRowProps) {
  const all = choices.flatMap((one) => one.choices);
  const found = all.find(({ name }) => name === row.name);
  return (
    <div className="param-row">
      <label className="on">
        Parameter
        <select
          className="field"
          value={row.name}
          onChange={(event) => {
            const next = all.find(({ name }) => name === event.target.value);
            onChange({ name: event.target.value, values: next?.initial ?? "" });
          }}
        >
          <option value="">Choose one</option>
          {choices.map(({ group, choices: own }) => (
            <optgroup key={group} label={group}>
              {own.map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label className="on">
        Values to try, with commas between them
        <input
          className="field"
          value={row.values}
          disabled={!found}
          onChange={(event) => onChange({ ...row, values: event.target.value })}
        />
      </label>
      {found && (
        <p className="muted small">
          {found.help} <span className="mono">{found.name}</span>, {found.range}
        </p>
      )}
    </div>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { eventWords, type OwnPropensity } from "../../../shared/domain/own-model.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { NumberInput } from "../../components/NumberInput.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head, Waiting } from "../../components/parts.tsx";
import { EventFields } from "./EventFields.tsx";
import { featureLabel, nameOf, sentenceOf } from "./own-words.ts";

const blank: OwnPropensity = {
  kind: "propensity",
  name: "",
  title: "",
  purpose: "",
  event: { kind: "purchase" },
  horizon_days: 90,
  population: {},
  leave_out: [],
};

/** A propensity of any event, defined or changed. */
export function DefineView() {
  const { brand } = useBrand();
  const { params } = useRoute();
  const of = params.get("of");
  const choices = useAsk("own_models.choices", { brand });
  const known = useAsk("own_models.show", { brand, name: of ?? "" }, { enabled: of !== null });
  const title = of === null ? "Define a model" : `Change ${known.data?.model.title ?? of}`;
  const failed = choices.error ?? known.error;
  const definition = known.data?.definition;
  const isReady = choices.data !== undefined && (of === null || definition !== undefined);
  return (
    <>
      <Head title={title} crumb={{ name: "Models", to: "/models" }} />
      {failed ? (
        <Failure error={failed} onRetry={() => void choices.refetch()} />
      ) : isReady && definition?.kind !== "program" ? (
        <Form
          key={of ?? ""}
          given={(definition as OwnPropensity | undefined) ?? blank}
          isNew={of === null}
          choices={choices.data}
        />
      ) : isReady ? (
        <Failure
          error={{
            message: "A program is defined by a file.",
            hint: "Change the file, then: assay models define FILE",
          }}
        />
      ) : (
        <Waiting label="Reading what has happened so far" />
      )}
    </>
  );
}

interface FormProps {
  readonly given: OwnPropensity;
  readonly isNew: boolean;
  readonly choices: OutputOf<AssayContract["own_models.choices"]>;
}

function Form({ given, isNew, choices }: FormProps) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const [typed, setTyped] = useState(given);
  const [isTitled, setIsTitled] = useState(!isNew);
  const set = (more: Partial<OwnPropensity>) => setTyped((before) => ({ ...before, ...more }));
  const people = typed.population;
  const title = isTitled ? typed.title : titleOf(typed);
  const name = isNew ? nameOf(title) : typed.name;
  const save = () =>
    start("Saving", async (signal) => {
      const definition = { ...typed, title, name, leave_out: [...typed.leave_out] };
      await client.call("own_models.define", { brand, definition, create: isNew }, { signal });
      await queries.invalidateQueries();
      go(`/models/${name}`);
    });
  return (
    <form
      className="define"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid">
        <div className="stack s8">
          <Panel title="Event" under="What is foretold of each customer, and how far ahead">
            <div className="define-fields">
              <EventFields value={typed.event} choices={choices} onChange={(event) => set({ event })} />
              <label className="on">
                Within, days
                <NumberInput
                  required
                  min={7}
                  max={365}
                  step={1}
                  value={typed.horizon_days}
                  onChange={(days) => set({ horizon_days: days })}
                />
              </label>
            </div>
          </Panel>
          <Panel title="Customers" under="Who is scored, of those who have bought; others get no score and the reason">
            <div className="define-fields">
              <NumberField
                label="Bought within, days"
                any="Whenever"
                most={3650}
                value={people.bought_within_days}
                onChange={(days) => set({ population: { ...people, bought_within_days: days } })}
              />
              <NumberField
                label="Purchases, at least"
                any="1"
                most={1000}
                value={people.least_purchases}
                onChange={(least) => set({ population: { ...people, least_purchases: least } })}
              />
              <label className="check">
                <input
                  type="checkbox"
                  checked={people.is_first_time === true}
                  onChange={(event) =>
                    set({ population: { ...people, is_first_time: event.target.checked || undefined } })
                  }
                />
                Only those to whom it hasn’t happened yet
              </label>
            </div>
          </Panel>
          <Panel
            title="Features"
            under={`It learns from ${choices.features.length - typed.leave_out.length} of ${choices.features.length}: what is unticked it doesn’t see`}
          >
            <ul className="define-features">
              {choices.features.map((feature) => (
                <li key={feature}>
                  <label className="check">
                    <input
                      type="checkbox"
                      checked={!typed.leave_out.includes(feature)}
                      onChange={(event) =>
                        set({
                          leave_out: event.target.checked
                            ? typed.leave_out.filter((one) => one !== feature)
                            : [...typed.leave_out, feature],
                        })
                      }
                    />
                    {featureLabel(feature)}
                  </label>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
        <div className="stack s4">
          <Panel title="The model">
            <p>{sentenceOf({ ...typed, title })}</p>
            <div className="define-fields one">
              <label className="on">
                Title
                <input
                  className="field"
                  required
                  maxLength={80}
                  value={title}
                  onChange={(event) => {
                    setIsTitled(true);
                    set({ title: event.target.value });
                  }}
                />
              </label>
            </div>
            <p className="muted own-note">
              Scores stand in <span className="mono">scores_{name}</span> from the next run on: probability, drivers,
              enough_data and reason. It is fitted, judged on time splits and cached like Assay’s own models.
            </p>
            {error && <Failure error={error} />}
            <div className="form-actions">
              <button type="submit" className="button primary" disabled={doing !== null || name.length < 2}>
                {isNew ? "Define" : "Save"}
              </button>
              <a className="button" href={isNew ? "/models" : `/models/${given.name}`} data-route>
                Cancel
              </a>
            </div>
          </Panel>
        </div>
      </div>
    </form>
  );
}

function titleOf({ event }: OwnPropensity): string {
  const words = eventWords(event).replaceAll(/[“”]/g, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface NumberFieldProps {
  readonly label: string;
  readonly any: string;
  readonly most: number;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

function NumberField({ label, any, most, value, onChange }: NumberFieldProps) {
  return (
    <label className="on">
      {label}
      <input
        className="field"
        type="number"
        min={1}
        max={most}
        step={1}
        placeholder={any}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value))}
      />
    </label>
  );
}

import type { FittedModel, Model, ModelCard } from "../../../shared/api/contract/models.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { Working } from "../../components/Working.tsx";
import { word } from "../../format/format.ts";
import { CalibrationPanel } from "./CalibrationPanel.tsx";
import { DriftPanel } from "./DriftPanel.tsx";
import { EvaluationPanel } from "./EvaluationPanel.tsx";
import { FitPanel } from "./FitPanel.tsx";
import { LiftPanel } from "./LiftPanel.tsx";
import { OwnPanel } from "./OwnPanel.tsx";
import { ParametersPanel } from "./ParametersPanel.tsx";
import type { useEvaluations } from "./use-evaluations.ts";
import { isJudgedIn, rowsOf, standingOf, standingText, standingTone } from "./verdict.ts";

interface Props {
  readonly name: string;
  readonly models: readonly Model[];
  readonly evaluations: ReturnType<typeof useEvaluations>;
}

/** All that is known of one model. */
export function CardView({ name, models, evaluations }: Props) {
  const { brand } = useBrand();
  const card = useAsk("models.show", { name, brand });
  const fits = useAsk("models.fits", { brand }, { enabled: evaluations.hasSnapshot });
  const crumb = { name: "Models", to: "/models" };
  if (card.isPending)
    return (
      <>
        <Head title={name} crumb={crumb} />
        <Skeleton
          label="Reading the card"
          columns={[
            { part: 8, panels: [320, 300] },
            { part: 4, panels: [260, 260] },
          ]}
        />
      </>
    );
  if (card.isError)
    return (
      <>
        <Head title={name} crumb={crumb} />
        {card.error.code === "not_found" ? (
          <Empty
            title="No such model"
            action={
              <a className="button" href="/models" data-route>
                All models
              </a>
            }
          >
            The catalogue has no model called {name}.
          </Empty>
        ) : (
          <Failure error={card.error} onRetry={() => void card.refetch()} />
        )}
      </>
    );
  const rows = rowsOf(name, evaluations.stored, evaluations.rolled);
  const standing = standingOf(rows, isJudgedIn(card.data, evaluations));
  const fit = fits.data?.fits.find((one) => one.name === name) ?? null;
  return (
    <>
      <Head
        title={card.data.title}
        crumb={crumb}
        beside={
          <>
            <span className="chip">{word(card.data.group)}</span>
            <span className="chip">Version {card.data.version}</span>
            <State tone={standingTone[standing]}>
              <Term name="verdict">{standingText[standing]}</Term>
            </State>
          </>
        }
        right={
          evaluations.hasSnapshot && (
            <button
              type="button"
              className="button primary"
              disabled={evaluations.doing !== null}
              onClick={() => void evaluations.evaluate(3, [name])}
            >
              Judge at 3 cuts
            </button>
          )
        }
      />
      {evaluations.doing && <Working doing={evaluations.doing} onCancel={evaluations.cancel} />}
      {evaluations.error && <Failure error={evaluations.error} />}
      <p className="purpose-line">{card.data.purpose}</p>
      <Body card={card.data} models={models} rows={rows} fit={fit} evaluations={evaluations} />
    </>
  );
}

interface BodyProps {
  readonly card: ModelCard;
  readonly models: readonly Model[];
  readonly rows: ReturnType<typeof rowsOf>;
  readonly fit: FittedModel | null;
  readonly evaluations: Props["evaluations"];
}

function Body({ card, models, rows, fit, evaluations }: BodyProps) {
  const isShare = (value: number | null) => value === null || (value >= 0 && value <= 1);
  const groups = rows.find(
    ({ calibration: bins = [] }) =>
      bins.length > 1 && bins.every(({ expected, actual }) => isShare(expected) && isShare(actual)),
  );
  return (
    <div className="grid">
      <div className="stack s8">
        <EvaluationPanel
          rows={rows}
          hasSnapshot={evaluations.hasSnapshot}
          isJudged={isJudgedIn(card, evaluations)}
          isJudging={evaluations.isJudging}
          own={card.own?.kind ?? null}
          oneIn={evaluations.judgedOneIn}
          needs={card.needs}
        />
        {groups && <CalibrationPanel row={groups} />}
        {groups && <LiftPanel row={groups} />}
        {evaluations.hasSnapshot && <DriftPanel model={card.name} />}
        {card.own?.kind !== "program" && (
          <FitPanel
            fit={fit}
            isFitted={evaluations.hasSnapshot && (!card.own || evaluations.scored.includes(card.name))}
          />
        )}
      </div>
      <div className="stack s4">
        {card.own && <OwnPanel card={card} />}
        <Panel title="Method">
          <p>{card.method}</p>
          <h3 className="sub">References</h3>
          <ul className="plain-list">
            {card.references.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Panel>
        <Panel title="Assumptions and limits">
          <h3 className="sub">Assumes</h3>
          <Lines texts={card.assumptions} />
          <h3 className="sub">Limits</h3>
          <Lines texts={card.limits} />
        </Panel>
        <ParametersPanel card={card} />
        <Panel title="Inputs and outputs">
          <h3 className="sub">Reads</h3>
          <p className="tags">
            {card.inputs.map((input) => (
              <Input key={input} input={input} models={models} />
            ))}
          </p>
          <h3 className="sub">Writes</h3>
          <p className="tags">
            {card.outputs.map((output) => (
              <span key={output} className="chip mono">
                {output}
              </span>
            ))}
          </p>
          <p className="muted">
            In <span className="mono">scores_{card.name}</span>, with enough_data and reason.
          </p>
        </Panel>
      </div>
    </div>
  );
}

function Lines({ texts }: { texts: readonly string[] }) {
  return (
    <ul className="plain-list">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

/** A feature by its name, another model by its title and as a link. */
function Input({ input, models }: { input: string; models: readonly Model[] }) {
  const model = models.find(({ name }) => input === `scores_${name}`);
  return model ? (
    <a className="chip" href={`/models/${model.name}`} data-route>
      {model.title}
    </a>
  ) : (
    <span className="chip mono">{input}</span>
  );
}

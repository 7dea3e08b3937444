import { AssayError } from "../base/errors.ts";

/** What a propensity foretells; a category, product, brand or type left out means any. */
export type OwnEvent =
  | {
      readonly kind: "purchase";
      readonly category?: string | undefined;
      readonly product_id?: string | undefined;
      readonly brand?: string | undefined;
    }
  | { readonly kind: "return" }
  | { readonly kind: "message"; readonly type: string }
  | { readonly kind: "visit"; readonly type?: string | undefined }
  | { readonly kind: "event"; readonly type: string };

/** Who is scored among those who have bought. */
export interface OwnPopulation {
  readonly bought_within_days?: number | undefined;
  readonly least_purchases?: number | undefined;
  /** Only those to whom it hasn't happened yet. */
  readonly is_first_time?: boolean | undefined;
}

export interface OwnPropensity {
  readonly kind: "propensity";
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  readonly event: OwnEvent;
  readonly horizon_days: number;
  readonly population: OwnPopulation;
  /** Features that the trees aren't shown. */
  readonly leave_out: readonly string[];
}

export interface ProgramOutput {
  readonly name: string;
  readonly type: "DOUBLE" | "INTEGER" | "BIGINT" | "BOOLEAN" | "VARCHAR" | "DATE";
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** A program of somebody's own that reads tables as Parquet and writes scores as Parquet. */
export interface OwnProgram {
  readonly kind: "program";
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  /** Rises whenever scores may come out otherwise for a reason that the definition doesn't show. */
  readonly version: number;
  /** Program and arguments; {job} stands for the path of job.json. */
  readonly command: readonly string[];
  /** Files that lie beside it when it runs, by name; part of the definition, so that all machines run the same. */
  readonly files: Readonly<Record<string, string>>;
  readonly inputs: readonly string[];
  readonly rows: "customers" | "products";
  readonly outputs: readonly ProgramOutput[];
  readonly timeout_seconds: number;
  /** On the cluster only agents of this label do it. */
  readonly label?: string | undefined;
  /** What one of its columns ranks customers by, so that it is judged like a propensity. */
  readonly predicts: {
    readonly column: string;
    readonly event: OwnEvent;
    readonly horizon_days: number;
  } | null;
}

export type OwnDefinition = OwnPropensity | OwnProgram;

/** Leave of this machine's user for exactly one definition of a program. */
export interface Permit {
  readonly digest: string;
  /** Stands for the command's first word on this machine: where its Python lies, for instance. */
  readonly program: string | null;
}

/** Names that a retailer's own model can't take: Assay's models, built or to come, and places beside their cards. */
export const reservedModelNames: readonly string[] =
  `bg_nbd pareto_nbd mbg_nbd mbg_cnbd_k bg_cnbd_k gamma_gamma customer_value ml_customer_value early_customer_value purchase_propensity
   lifecycle_stage next_purchase cohort_retention rfm second_purchase win_back product_affinity category_affinity brand_affinity next_basket
   replenishment price_tier discount_affinity discount_uplift bundles size_preference channel_preference timing_preference store_affinity
   email_propensity unsubscribe_risk web_intent return_rate return_risk net_value micro_segments uplift lookalike campaign_lift
   programme_lift segment_forecast pareto_ggg pareto_nbd_covariates ggom_nbd bg_bb new tournament`.split(/\s+/);

/** The part of a definition that scores can depend on: not what it is called, nor where it runs. */
export function essenceOf(definition: OwnDefinition): Omit<OwnDefinition, "title" | "purpose" | "label"> {
  const { title: _, purpose: __, ...rest } = definition;
  if (rest.kind === "propensity") return rest;
  const { label: ___, ...essence } = rest;
  return essence;
}

const quoted = (text: string) => `“${text}”`;

/** The event as the end of "customers who …". */
export function eventWords(event: OwnEvent): string {
  switch (event.kind) {
    case "purchase": {
      const what = [event.category, event.brand, event.product_id].filter((one) => one !== undefined).map(quoted);
      return what.length > 0 ? `buy from ${what.join(", ")}` : "buy";
    }
    case "return":
      return "send something back";
    case "message":
      return event.type === "opened" || event.type === "clicked"
        ? `${event.type.replace("opened", "open").replace("clicked", "click")} a message`
        : `have a message ${event.type}`;
    case "visit":
      return event.type ? `do ${quoted(event.type)} on the site` : "visit the site";
    case "event":
      return `have the event ${quoted(event.type)}`;
  }
}

export interface KnownNames {
  readonly models: ReadonlySet<string>;
  readonly features: readonly string[];
  readonly tables: readonly string[];
}

function refuse(message: string, hint: string): never {
  throw new AssayError("bad_input", message, hint);
}

const stateNames = ["customer_id", "product_id", "enough_data", "reason"];
const mostFileBytes = 200_000;

/** Throws bad_input or conflict where a definition can't stand beside what is there. */
export function checkDefinition(definition: OwnDefinition, known: KnownNames): void {
  const { name } = definition;
  if (!/^[a-z][a-z0-9_]{1,39}$/.test(name) || /_(low|high)$/.test(name)) {
    refuse(`${quoted(name)} can't be a model's name.`, "Use 2 to 40 lower-case letters, digits and _, a letter first.");
  }
  if (known.models.has(name) || reservedModelNames.includes(name)) {
    throw new AssayError("conflict", `${name} is the name of a model of Assay's.`, "Choose another name.");
  }
  if (definition.kind === "propensity") {
    const unknown = definition.leave_out.find((one) => !known.features.includes(one));
    if (unknown !== undefined) {
      refuse(`There is no feature ${unknown} to leave out.`, `There are: ${known.features.join(", ")}.`);
    }
    if (definition.leave_out.length >= known.features.length) {
      refuse("All features are left out.", "Leave at least one to learn from.");
    }
  } else checkProgram(definition, known);
}

function checkProgram(definition: OwnProgram, { tables }: KnownNames): void {
  const { command, files, inputs, outputs, predicts, rows, label } = definition;
  if (label !== undefined && !/^[a-z][a-z0-9-]{0,29}$/.test(label)) {
    refuse(`${quoted(label)} can't be a label.`, "Use lower-case letters, digits and -, such as spark or gpu.");
  }
  const unknown = inputs.find((one) => !tables.includes(one));
  if (unknown !== undefined) {
    refuse(`No table that a program may read is called ${unknown}.`, `There are: ${tables.join(", ")}.`);
  }
  if (command.some((word) => word.includes("\0")) || command[0] === "") {
    refuse(
      "The command is no program with arguments.",
      'Write it as a list of words: ["python3", "model.py", "{job}"].',
    );
  }
  const names = outputs.map((output) => output.name);
  const wrong = names.find(
    (name, at) => !/^[a-z][a-z0-9_]*$/.test(name) || names.indexOf(name) !== at || stateNames.includes(name),
  );
  if (wrong !== undefined) {
    refuse(`${quoted(wrong)} can't be an output.`, `Lower-case names, each once, other than ${stateNames.join(", ")}.`);
  }
  for (const name of names.filter((one) => /_(low|high)$/.test(one))) {
    const pair = name.endsWith("_low") ? name.replace(/_low$/, "_high") : name.replace(/_high$/, "_low");
    if (!names.includes(pair) || !names.includes(name.replace(/_(low|high)$/, ""))) {
      refuse(`${name} has no pair.`, "Limits come as x, x_low and x_high.");
    }
  }
  for (const name of Object.keys(files)) {
    if (!/^[\w][\w.-]*$/.test(name)) refuse(`${quoted(name)} can't be a file's name.`, "A plain name without folders.");
  }
  const size = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  if (size > mostFileBytes) {
    refuse(
      `The program's files have ${size} characters.`,
      `At most ${mostFileBytes}: install what is larger and name it in the command.`,
    );
  }
  if (
    predicts &&
    (rows !== "customers" || !outputs.some(({ name, type }) => name === predicts.column && type !== "VARCHAR"))
  ) {
    refuse(`${predicts.column} is no number that a customer gets.`, "`predicts` names one of the outputs.");
  }
}

import type { AssayContract } from "../../../shared/api/contract.ts";
import type { InputOf } from "../../../shared/api/operation.ts";

export interface PlanForm {
  readonly name: string;
  /** A saved segment; empty: everybody who has bought. */
  readonly segment: string;
  readonly variants: readonly { readonly id: number; readonly variant: string; readonly share: number }[];
  /** Percent of the audience. */
  readonly holdout: number;
  readonly goal: "revenue" | "purchases";
  readonly days: number;
  readonly template: string;
  readonly isCapped: boolean;
  readonly messages: number;
  readonly within: number;
}

export const emptyForm: PlanForm = {
  name: "",
  segment: "",
  variants: [{ id: 1, variant: "message", share: 100 }],
  holdout: 10,
  goal: "revenue",
  days: 14,
  template: "csv",
  isCapped: false,
  messages: 4,
  within: 30,
};

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/i;

/** A name as it is typed: blanks become hyphens, which names may have. */
export function nameTyped(text: string): string {
  return text.replaceAll(/\s+/g, "-");
}

/** What keeps the form from being sent, in words; null: nothing. */
export function problemOf(form: PlanForm, names: readonly string[]): string | null {
  if (form.name !== "" && !namePattern.test(form.name)) return "A name has letters, digits, - and _, and no spaces.";
  if (names.includes(form.name)) return `There is a campaign ${form.name} already.`;
  return planProblem(form);
}

export function planProblem({ variants, days, messages, within, isCapped, holdout }: PlanForm): string | null {
  const own = variants.map(({ variant }) => variant);
  if (own.some((one) => !namePattern.test(one))) return "A message's name has letters, digits, - and _, and no spaces.";
  if (own.some((one) => one.toLowerCase() === "control")) return "Control is the name of those kept out.";
  if (new Set(own).size !== own.length) return "Two messages have the same name.";
  if (variants.some(({ share }) => !(share > 0))) return "Each message goes to somebody: a share above 0.";
  if (!(Number.isInteger(days) && days >= 1 && days <= 365)) return "The days that count are 1 to 365.";
  if (!(holdout >= 0 && holdout <= 90)) return "Between 0 and 90 % can be kept out.";
  if (isCapped && !(messages >= 1 && within >= 1)) return "The cap needs messages and days.";
  return null;
}

/** The plan as the program takes it. */
export function planInput(brand: string, form: PlanForm): Omit<InputOf<AssayContract["campaigns.create"]>, "campaign"> {
  const total = form.variants.reduce((sum, { share }) => sum + share, 0);
  return {
    brand,
    ...(form.segment === "" ? { definition: { sql: "order_count >= 1" } } : { segment: form.segment }),
    variants: form.variants.map(({ variant, share }) => ({ variant, share: share / total })),
    holdout: form.holdout / 100,
    goal: form.goal,
    days: form.days,
    template: form.template,
    ...(form.isCapped ? { cap: { messages: form.messages, days: form.within } } : {}),
  };
}

/** One message more, all alike in share. */
export function addVariant(form: PlanForm): PlanForm {
  const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const n = form.variants.length + 1;
  const used = new Set(form.variants.map(({ variant }) => variant));
  const kept = form.variants.map((one) => (one.variant === "message" ? { ...one, variant: "a" } : one));
  const name =
    letters.find((letter) => !used.has(letter) && !kept.some(({ variant }) => variant === letter)) ?? `v${n}`;
  const id = Math.max(...form.variants.map((one) => one.id)) + 1;
  return { ...form, variants: alike([...kept, { id, variant: name, share: 0 }]) };
}

export function dropVariant(form: PlanForm, id: number): PlanForm {
  return { ...form, variants: alike(form.variants.filter((one) => one.id !== id)) };
}

function alike(variants: PlanForm["variants"]): PlanForm["variants"] {
  const whole = Math.floor(100 / variants.length);
  return variants.map((one, at) => ({ ...one, share: at === 0 ? 100 - whole * (variants.length - 1) : whole }));
}

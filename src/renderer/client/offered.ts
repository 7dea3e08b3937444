import type { Field } from "../../shared/api/contract/customers.ts";
import type { Proof } from "./use-proof.ts";

/** A field that may stand behind the others: one whose model isn't proven here. */
export interface OfferedField extends Field {
  /** Not offered for choosing; known all the same where something rests on it already. */
  readonly isHidden?: boolean;
}

/** Fields as they are offered: unproven ones hidden or labelled. */
export function offeredFields(
  fields: readonly Field[],
  proof: Pick<Proof, "isShown" | "isColumnDoubted">,
): OfferedField[] {
  return fields.map((field) =>
    proof.isColumnDoubted(field.name)
      ? { ...field, label: `${field.label} (unproven)`, isHidden: !proof.isShown }
      : field,
  );
}

/** Those that can be chosen, with what is chosen already. */
export function choosable<T extends OfferedField>(fields: readonly T[], chosen: readonly string[] = []): T[] {
  return fields.filter(({ name, isHidden }) => isHidden !== true || chosen.includes(name));
}

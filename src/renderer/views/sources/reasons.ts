const reasons: Readonly<Record<string, string>> = {
  unreadable_date: "not a date",
  unreadable_amount: "not an amount",
  missing_value: "value missing",
  unknown_value: "word the mapping doesn't know",
  too_few_columns: "too few columns",
  too_many_columns: "too many columns",
  invalid_json: "not JSON",
  no_object: "not a record",
  too_deep: "nested too deep",
  too_long: "too long",
  cut_short: "cut short",
  invalid_encoding: "not in its encoding",
  open_quote: "quote not closed",
  dated_after_delivery: "dated after its delivery",
  erased: "of somebody who was erased",
};

/** Why a row was left out, in words. */
export function rejectReason(code: string): string {
  return reasons[code] ?? code.replaceAll("_", " ");
}

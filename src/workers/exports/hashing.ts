import { createHash } from "node:crypto";
import { countryCode } from "./countries.ts";

/** How a platform wants a value before it is hashed (SHA-256, lower-case hex) or, for places, as it is. */
export type CellForm =
  | "meta_email"
  | "meta_phone"
  | "meta_name"
  | "meta_place"
  | "meta_postcode"
  | "meta_country"
  | "meta_gender"
  | "meta_birth_date"
  | "google_email"
  | "google_phone"
  | "google_name"
  | "country_code"
  | "postcode"
  | "day";

const tidy = (text: string) => text.normalize("NFC").trim().toLowerCase();
const wordsOnly = (text: string) => tidy(text.replaceAll(/[\p{P}\p{S}\p{Cc}]/gu, "")).replaceAll(/\s+/g, " ");
const digest = (text: string) => (text === "" ? "" : createHash("sha256").update(text, "utf8").digest("hex"));
const e164 = /^\+[1-9]\d{6,14}$/;

function phone(text: string): string {
  const plain = text.replaceAll(/[\s().-]/g, "");
  return e164.test(plain) ? plain : "";
}

/** Gmail ignores dots before its domain, and Google takes them out before it hashes. */
function googleEmail(text: string): string {
  const plain = tidy(text);
  const [local = "", domain = ""] = plain.split("@");
  return domain === "gmail.com" || domain === "googlemail.com" ? `${local.replaceAll(".", "")}@${domain}` : plain;
}

const forms: Readonly<Record<CellForm, (text: string) => string>> = {
  // developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences, “Hashing and normalization”
  meta_email: (text) => digest(tidy(text)),
  meta_phone: (text) => digest(phone(text).slice(1)),
  meta_name: (text) => digest(wordsOnly(text)),
  meta_place: (text) => digest(wordsOnly(text).replaceAll(" ", "")),
  meta_postcode: (text) => digest(tidy(text).replaceAll(/[\s-]/g, "")),
  meta_country: (text) => digest(countryCode(text).toLowerCase()),
  meta_gender: (text) => digest(/^[fm]/.exec(tidy(text))?.[0] ?? ""),
  meta_birth_date: (text) => digest(text.slice(0, 10).replaceAll("-", "")),
  // support.google.com/google-ads/answer/7659867, “Format your customer data file”
  google_email: (text) => digest(googleEmail(text)),
  google_phone: (text) => digest(phone(text)),
  google_name: (text) => digest(tidy(text)),
  country_code: (text) => countryCode(text),
  postcode: (text) => text.trim(),
  day: (text) => text.slice(0, 10),
};

/** A value in the form that a platform wants; empty where the value can't have it. */
export function formed(text: string, form: CellForm): string {
  return forms[form](text);
}

import type { CountryCode } from "libphonenumber-js/min";

/** E-mail addresses are compared in lower case without blanks; what is no address is none. SQL over a text `v`. */
export function emailSql(v: string): string {
  const plain = `lower(trim(${v}, ' <>"'''))`;
  return `CASE WHEN regexp_full_match(${plain}, '[^@\\s,;]+@[^@\\s,;]+[.][^@\\s,;.]{2,}') THEN ${plain} END`;
}

const countries: Readonly<Record<string, CountryCode>> = {
  "Europe/London": "GB",
  "Europe/Dublin": "IE",
  "Europe/Berlin": "DE",
  "Europe/Paris": "FR",
  "Europe/Madrid": "ES",
  "Europe/Rome": "IT",
  "Europe/Amsterdam": "NL",
  "Europe/Brussels": "BE",
  "Europe/Vienna": "AT",
  "Europe/Zurich": "CH",
  "Europe/Stockholm": "SE",
  "Europe/Warsaw": "PL",
  "America/Sao_Paulo": "BR",
  "America/Toronto": "CA",
  "Australia/Sydney": "AU",
  "Australia/Melbourne": "AU",
  "Pacific/Auckland": "NZ",
  "Asia/Tokyo": "JP",
  "Asia/Kolkata": "IN",
};

/** The country whose national numbers a brand's tills take down. */
export function countryOfZone(timeZone: string): CountryCode | undefined {
  return countries[timeZone] ?? (timeZone.startsWith("America/") || timeZone.startsWith("US/") ? "US" : undefined);
}

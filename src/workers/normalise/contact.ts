import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";

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

const mostRemembered = 100_000;

/** Reads phone numbers of one country; texts that come again, in another table or file, are read once. */
export class PhoneReader {
  readonly #country: CountryCode | undefined;
  readonly #known = new Map<string, string | null>();

  constructor(country: CountryCode | undefined) {
    this.#country = country;
  }

  /** A phone number in E.164, or null where the text is none. */
  read(text: string): string | null {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const number = normalisePhone(text, this.#country);
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(text, number);
    return number;
  }
}

/** A phone number in E.164, or null where the text is none. */
export function normalisePhone(text: string, country: CountryCode | undefined): string | null {
  const parsed = parsePhoneNumberFromString(text, country);
  return parsed?.isPossible() ? parsed.number : null;
}

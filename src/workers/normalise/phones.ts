import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";

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

/** Currencies whose minor units aren't hundredths, by ISO 4217. Platforms differ from it and among each other: to some of them prices in
 *  rupees or forints have no digits. */
export const minorDigitsOf: Readonly<Record<"none" | "three", readonly string[]>> = {
  none: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "),
  three: "BHD IQD JOD KWD LYD OMR TND".split(" "),
};

/** Digits after the decimal point of a currency (ISO 4217). */
export function minorDigits(currency: string): number {
  return minorDigitsOf.none.includes(currency) ? 0 : minorDigitsOf.three.includes(currency) ? 3 : 2;
}

/** Whether the text is an ISO 4217 code that the platform can format. */
export function isCurrency(currency: string): boolean {
  return /^[A-Z]{3}$/.test(currency) && Intl.supportedValuesOf("currency").includes(currency);
}

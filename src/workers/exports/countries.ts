const codes = new Map<string, string>();

/** ISO 3166-1 alpha-2 of a country given by its code or its English name; empty where it is neither. */
export function countryCode(text: string): string {
  const plain = text.trim();
  if (/^[A-Za-z]{2}$/.test(plain)) return plain.toUpperCase() === "UK" ? "GB" : plain.toUpperCase();
  if (codes.size === 0) readCodes();
  return codes.get(plain.toLowerCase()) ?? "";
}

function readCodes(): void {
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  for (const code of letters.flatMap((one) => letters.map((two) => one + two))) {
    if (Intl.getCanonicalLocales(`und-${code}`)[0] !== `und-${code}`) continue; // a country that is no more
    const name = names.of(code)?.toLowerCase();
    if (name !== undefined && !codes.has(name)) codes.set(name, code);
  }
  for (const [name, code] of otherNames) codes.set(name, code);
}

const otherNames: readonly (readonly [string, string])[] = [
  ["great britain", "GB"],
  ["england", "GB"],
  ["scotland", "GB"],
  ["wales", "GB"],
  ["northern ireland", "GB"],
  ["united kingdom", "GB"],
  ["usa", "US"],
  ["united states of america", "US"],
  ["czech republic", "CZ"],
  ["the netherlands", "NL"],
  ["eire", "IE"],
  ["republic of ireland", "IE"],
];

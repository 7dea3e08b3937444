/** Names as they are compared: lower case, no accents, words of letters only; null where nothing is left. */
export function nameKey(text: string | null): string | null {
  if (text === null) return null;
  const words = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\s'-]/gu, "")
    .replaceAll(/['-]/g, "")
    .split(/\s+/)
    .filter((word) => word !== "" && !titles.has(word));
  return words.length > 0 ? words.join(" ") : null;
}
const titles = new Set(["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau"]);

/** Similarity of two words in [0, 1]. Jaro (1989) with Winkler's (1990) weight of .1 on a common prefix of up to four. */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const inB = new Array<boolean>(b.length).fill(false);
  const matchedA: string[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
      if (inB[j] || a[i] !== b[j]) continue;
      inB[j] = true;
      matchedA.push(a[i] ?? "");
      break;
    }
  }
  const m = matchedA.length;
  if (m === 0) return 0;
  const matchedB = [...b].filter((_, j) => inB[j]);
  const transposed = matchedA.filter((letter, i) => letter !== matchedB[i]).length / 2;
  const jaro = (m / a.length + m / b.length + (m - transposed) / m) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Whether two names can be one person's: every word of the shorter has a like word in the longer, an initial counts for a
 *  word. A missing name conflicts with nothing. */
export function namesAgree(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return true;
  const [shorter, longer] =
    a.split(" ").length <= b.split(" ").length ? [a.split(" "), b.split(" ")] : [b.split(" "), a.split(" ")];
  const left = [...longer];
  for (const word of shorter) {
    const at = left.findIndex((other) =>
      word.length === 1 || other.length === 1 ? word[0] === other[0] : jaroWinkler(word, other) >= 0.88,
    );
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return true;
}

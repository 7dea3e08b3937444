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

const longest = 256;
const takenA = new Uint8Array(longest);
const takenB = new Uint8Array(longest);

/** Similarity of two words in [0, 1]. Jaro (1989) with Winkler's (1990) weight of .1 on a common prefix of up to four. Only the
 *  first 256 letters count. */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const [n, m] = [Math.min(a.length, longest), Math.min(b.length, longest)];
  const matches = markMatches(a, b, n, m);
  if (matches === 0) return 0;
  let transposed = 0;
  for (let i = 0, j = 0; i < n; i++) {
    if (takenA[i] === 0) continue;
    while (takenB[j] === 0) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j)) transposed++;
    j++;
  }
  const jaro = (matches / n + matches / m + (matches - transposed / 2) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < n && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Marks letters that have a like one not too far away in the other word; returns how many. */
function markMatches(a: string, b: string, n: number, m: number): number {
  const reach = Math.max(0, Math.floor(Math.max(n, m) / 2) - 1);
  takenA.fill(0, 0, n);
  takenB.fill(0, 0, m);
  let matches = 0;
  for (let i = 0; i < n; i++) {
    const letter = a.charCodeAt(i);
    const end = Math.min(m - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= end; j++) {
      if (takenB[j] !== 0 || b.charCodeAt(j) !== letter) continue;
      takenA[i] = 1;
      takenB[j] = 1;
      matches++;
      break;
    }
  }
  return matches;
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

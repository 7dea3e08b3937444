/** Words as the search index holds them: letters without marks, in lower case, apart at everything else. */
export function searchWords(text: string): string[] {
  return (
    text
      .normalize("NFKD")
      .replace(/\p{M}+/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** What a phone number is found by: its digits, with and without one to three digits of country code. */
export function phoneWords(phone: string): string[] {
  const digits = nationalDigits(phone);
  return [0, 1, 2, 3].map((cut) => digits.slice(cut)).filter((word) => word.length >= 5);
}

/** What an e-mail address is found by: the words before its @. The domain, which many share, is compared in what was found. */
export function emailWords(email: string): string[] {
  return searchWords(email.slice(0, email.lastIndexOf("@") + 1) || email);
}

export interface Search {
  /** The full-text query: each word begins a word of the person; null where every person may fit. */
  readonly match: string | null;
  /** Text that the e-mail address holds, in lower case; empty where it doesn't matter. */
  readonly email: string;
}

/** What was typed so far, as a search; undefined where nothing can be found by it. */
export function readSearch(text: string): Search | undefined {
  const typed = text.trim();
  if (/^[+(]?\d[\d\s().\-/+]*$/.test(typed)) {
    const digits = nationalDigits(typed);
    const words = [...new Set([digits, typed.replace(/\D+/g, "")])].filter(Boolean); // an id may begin with zeros
    return { match: words.map((word) => `"${word}"*`).join(" OR "), email: "" };
  }
  const address = typed.split(/\s+/).find((part) => part.includes("@")) ?? "";
  const rest = address ? typed.replace(address, address.slice(0, address.lastIndexOf("@"))) : typed;
  const words = [...new Set(searchWords(rest))].slice(0, 8);
  const email = address.length > 1 ? address.toLowerCase() : "";
  if (words.length === 0 && !email) return undefined;
  return { match: words.length > 0 ? words.map((word) => `"${word}"*`).join(" AND ") : null, email };
}

function nationalDigits(phone: string): string {
  return phone.replace(/\D+/g, "").replace(/^00?(?=[1-9])/, "");
}

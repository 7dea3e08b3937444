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

/** The full-text query for what was typed so far: each word begins a word of the person; null where nothing can be found. */
export function searchQuery(text: string): string | null {
  const trimmed = text.trim();
  if (/^[+(]?\d[\d\s().\-/+]*$/.test(trimmed)) {
    const digits = nationalDigits(trimmed);
    return digits ? `"${digits}"*` : null;
  }
  const words = [...new Set(searchWords(trimmed))].slice(0, 8);
  return words.length > 0 ? words.map((word) => `"${word}"*`).join(" AND ") : null;
}

function nationalDigits(phone: string): string {
  return phone.replace(/\D+/g, "").replace(/^0+/, "");
}

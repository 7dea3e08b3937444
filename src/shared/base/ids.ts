const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/i;

/** Names of brands, sources and segments: letters, digits, `-` and `_`; safe as a folder name. */
export function isName(text: string): boolean {
  return namePattern.test(text) && !/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(text);
}

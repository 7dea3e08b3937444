/** Values that tills and forms take for want of any: they join nobody and are nobody's address. The same in TypeScript and in
 *  SQL, whose RE2 knows no back-references. */
const junkLocal =
  "^(no-?reply|do-?not-?reply|none|n\\/?a|na|null|test|tester|testing|unknown|customer|guest|nomail|noemail|email|mail|info|sales|admin|store|shop|kunde|x+|a+|asdf[a-z0-9_]*)[0-9]*@";
const junkDomain = "@(none|noemail|nomail|test|invalid|localhost|example\\.invalid|mailinator\\.com|noreply\\.)";
const oneDigit = Array.from({ length: 10 }, (_, digit) => String(digit).repeat(7)).join("|");
const junkNumber = `(${oneDigit})$|0123456|1234567|9876543`;

const local = new RegExp(junkLocal, "i");
const domain = new RegExp(junkDomain, "i");
const number = new RegExp(junkNumber);

export function isJunkEmail(email: string): boolean {
  return local.test(email) || domain.test(email);
}

export function isJunkPhone(phone: string): boolean {
  const digits = phone.replaceAll(/[^0-9]/g, "");
  return digits.length < 7 || number.test(digits);
}

/** The column where it isn't junk, else NULL. */
export function usableEmailSql(column: string): string {
  return `CASE WHEN NOT regexp_matches(${column}, '(?i)(${junkLocal})|(${junkDomain})') THEN ${column} END`;
}

export function usablePhoneSql(column: string): string {
  const digits = `regexp_replace(${column}, '[^0-9]', '', 'g')`;
  return `CASE WHEN length(${digits}) >= 7 AND NOT regexp_matches(${digits}, '${junkNumber}') THEN ${column} END`;
}

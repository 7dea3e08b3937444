/** How far from the stage's mean, in standard deviations, before a trait is worth a word. */
const leastTelling = 0.35;

interface Words {
  /** As what stands before a noun, and as the noun itself. */
  readonly adjective: string;
  readonly noun: string;
}

export interface Trait {
  readonly name: string;
  readonly high: Words;
  readonly low: Words;
}

const words = (adjective: string, noun: string): Words => ({ adjective, noun });

/** What customers are grouped by, in a marketer's words for those far above and far below the others of their stage. */
export const traits: readonly Trait[] = [
  { name: "frequency", high: words("frequent", "regulars"), low: words("occasional", "occasional buyers") },
  { name: "order_value", high: words("big-basket", "big spenders"), low: words("small-basket", "small spenders") },
  {
    name: "discount",
    high: words("discount-minded", "bargain hunters"),
    low: words("full-price", "full-price buyers"),
  },
  { name: "price", high: words("premium", "premium buyers"), low: words("thrifty", "budget buyers") },
  { name: "breadth", high: words("wide-ranging", "explorers"), low: words("focused", "specialists") },
  { name: "returns", high: words("often returning", "returners"), low: words("seldom returning", "keepers") },
  { name: "visits", high: words("browsing", "browsers"), low: words("seldom visiting", "seldom visitors") },
  { name: "clicks", high: words("mail-responsive", "mail readers"), low: words("mail-shy", "mail-shy buyers") },
  { name: "season", high: words("seasonal", "seasonal buyers"), low: words("all-year", "all-year buyers") },
];

/** "Frequent bargain hunters, active": the trait that tells most as a noun, the next ones before it; as many as keep names of one
 *  stage apart. `centres`: standard deviations from the stage's mean by trait, cluster by cluster. */
export function nameClusters(
  stage: string,
  centres: readonly (readonly number[])[],
  names: readonly string[],
): string[] {
  const told = centres.map((centre) => telling(centre, names));
  const found = told.map((own) => phrase(own.slice(0, 2)));
  for (let most = 3; most <= names.length; most++) {
    for (const [at, name] of found.entries()) {
      if (found.filter((other) => other === name).length > 1) found[at] = phrase((told[at] ?? []).slice(0, most));
    }
  }
  const place = stage.replaceAll("_", " ");
  const seen = new Map<string, number>();
  return found.map((name) => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    const whole = `${name}, ${place}`;
    return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}${n > 1 ? ` (${n})` : ""}`;
  });
}

function telling(centre: readonly number[], names: readonly string[]): Words[] {
  return names
    .map((name, at) => ({ trait: traits.find((trait) => trait.name === name), z: centre[at] ?? 0, at }))
    .filter(({ trait, z }) => trait && Math.abs(z) >= leastTelling)
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || a.at - b.at)
    .flatMap(({ trait, z }) => (trait ? [z > 0 ? trait.high : trait.low] : []));
}

function phrase([first, ...rest]: readonly Words[]): string {
  if (!first) return "typical customers";
  return [...rest.map(({ adjective }) => adjective), first.noun].join(" ");
}

export interface GlossaryEntry {
  readonly label: string;
  readonly help: string;
}

/** The program's terms; tooltips and docs/glossary.md are made from here. */
export const glossary: Readonly<Record<string, GlossaryEntry>> = {
  customer: { label: "Customer", help: "One person, joined from the records of all sources." },
  match_weight: {
    label: "Match weight",
    help: "How many bits an agreement speaks for one person: 1 doubles the odds, 10 multiplies them by a thousand; below 0 it speaks for two.",
  },
  lifecycle_stage: {
    label: "Lifecycle stage",
    help: "Where a customer stands, measured by their own cadence: prospect, new, active, cooling, at risk, lapsed.",
  },
  revenue: { label: "Revenue", help: "Goods after all discounts, tax as priced, without shipping." },
  net_revenue: { label: "Net of returns", help: "Revenue less every refund up to the day." },
  repeat_rate: {
    label: "Repeat rate",
    help: "Share of buyers of the last 12 months who had bought before, or bought on several days.",
  },
  return_rate: {
    label: "Return rate",
    help: "Lines that came back as a share of those whose return window has passed; a customer's is drawn towards what such goods are usually.",
  },
  return_risk: {
    label: "Return risk",
    help: "Chance that a line whose return window is open comes back; a customer's: that at least one does.",
  },
  return_risk_band: {
    label: "Return risk band",
    help: "Low below 0.75 times the odds of the mean return rate, medium below 1.5 times, high below 3 times, else very high.",
  },
  open_line: { label: "Open line", help: "A line that hasn't come back and whose return window hasn't passed." },
  at_risk_by_rate: {
    label: "Expected back, by the rate",
    help: "Amount of open lines times the share of lines of twelve months that came back after as many days as they have been out: the risk of single lines isn't proven on this retailer's data.",
  },
  at_risk: { label: "Expected back", help: "Amount of each open line times its chance to come back, added up." },
  source_worth: {
    label: "What a source is worth",
    help: "A metric with the source less the same metric without it, on the customers that both know; the interval is of that difference, not of the two metrics.",
  },
  given_away: {
    label: "Given away",
    help: "Price cuts that go to those who would have bought at full price anyway: their expected purchases times the cut, as far as they take it along.",
  },
  assumed_margin: {
    label: "Margin assumed",
    help: "Share of the usual price that is earned on goods whose cost nobody delivered: a guess that every figure of the plan rests on.",
  },
  serial_returner: {
    label: "Serial returner",
    help: "A customer whose return rate lies above twice the mean, its lower 80 % limit included.",
  },
  agent: {
    label: "Agent",
    help: "A process on some machine that takes tasks of this workspace's runs from the queue and makes their artifacts.",
  },
  queue: {
    label: "Queue",
    help: "Tasks whose inputs are there and that no agent has taken yet. It can be lost at any time and is made again.",
  },
  as_of: { label: "As of", help: "Nothing after the end of this day is seen." },
  expected_purchases: { label: "Expected purchases", help: "Purchases within the horizon, given the history." },
  predicted_value: {
    label: "Predicted value",
    help: "Revenue expected within the horizon; what comes later counts less where a discount rate is set.",
  },
  probability_alive: {
    label: "P(alive)",
    help: "Chance that somebody still is a customer, given a buy-till-you-die model.",
  },
  first_choice: {
    label: "First choice",
    help: "What most of a customer's next lines are expected from: the own lines, drawn towards everybody's where they are few.",
  },
  category_requirement_share: {
    label: "Share of category requirement",
    help: "Of what a brand's buyers bought in its categories, the part that is the brand's.",
  },
  product_affinity: {
    label: "Product affinity",
    help: "The products, ten at most, that a customer is drawn to, by what buyers of the same bought.",
  },
  price_tier: { label: "Price tier", help: "1 to 5: rank of the prices paid within a category; 5 is dearest." },
  discount_affinity: {
    label: "Discount affinity",
    help: "Share of reduced lines somebody would have, had they met the shop's prices as all customers did.",
  },
  discount_exposure: {
    label: "Discount exposure",
    help: "How deep the shop's prices were cut on somebody's days, over what they buy on other days.",
  },
  next_basket: {
    label: "Next basket",
    help: "Products that the customer's next purchase holds, likeliest first: their own habits mixed with those of customers most like them.",
  },
  replenishment: {
    label: "Replenishment",
    help: "When something that is bought regularly is due again: the median of the interval, given how long it has lasted, with 80 % limits.",
  },
  rhythm: {
    label: "Rhythm",
    help: "An item has one where the intervals between a customer's purchases of it are less spread than chance would have them.",
  },
  confidence: {
    label: "Confidence",
    help: "Of the baskets with the first product, the share that holds the second too.",
  },
  lift_of_bundle: {
    label: "Lift",
    help: "How much likelier the second product is beside the first than in any basket; 1 is chance.",
  },
  held_out: {
    label: "Held out",
    help: "The same in the last fifth of baskets, which the rule wasn't found in.",
  },
  size_preference: {
    label: "Size",
    help: "The size that fits, by lines kept and sent back; its share is the chance that the next kept line is of it.",
  },
  best_hour: {
    label: "Best hour",
    help: "The hour of the day in which the customer orders most, drawn to what is usual where there is little to go by.",
  },
  best_send_hour: {
    label: "Best hour to write",
    help: "The hour in which the customer opens or clicks messages most, machines left out; it follows the hours at which they were written to.",
  },
  home_store: {
    label: "Home store",
    help: "The store that most of the customer's next orders in stores are expected in.",
  },
  catchment: {
    label: "Catchment",
    help: "The customers whose home store it is, and what part of their orders in stores goes there.",
  },
  micro_segment: {
    label: "Micro-segment",
    help: "A group of customers who behave alike within their lifecycle stage, named by what sets it apart there.",
  },
  lookalike_recall: {
    label: "Members found by likeness",
    help: "Share of the segment's members, kept aside while others were learnt from, who are among the tenth of customers most like it, with its 95 % interval. A random tenth holds 10 % of them.",
  },
  lookalike: {
    label: "Lookalike",
    help: "Somebody outside a group who behaves like it.",
  },
  channel_preference: {
    label: "Preferred channel",
    help: "The channel of most of the next orders, as expected.",
  },
  relative_loss: {
    label: "Loss",
    help: "Errors and what a ranking misses, each as a multiple of the naive forecast's, their geometric mean over metrics and cuts; below 1 is better than naive.",
  },
  verdict: {
    label: "Verdict",
    help: "Proven: on this retailer's own data the model's main metric beats its naive baseline at the rolling cuts even at the lower end of the 95 % interval, and no other metric that counts stands against it. Unproven: otherwise. No data: what it needs hasn't been delivered.",
  },
  nearest_change: {
    label: "Nearest change",
    help: "The smallest change of what the model reads that would move its score into the band beside, found at the trees' own split points and scored anew. It is the model's view: who does this isn't thereby changed, and no effect of bringing it about is claimed. Bands lie at 0.75, 1.5 and 3 times the mean odds.",
  },
  limits: { label: "80 % limits", help: "Eight outcomes in ten are expected between them." },
  reachable: { label: "Reach by e-mail", help: "Consent given, not suppressed, an address known." },
  suppressed: { label: "Suppressed", help: "Must not be contacted; never exported." },
  golden_record: { label: "Golden record", help: "The winning value of each attribute with its source." },
  cohort: { label: "Cohort", help: "Customers by the month of their first purchase." },
  reject: { label: "Reject", help: "A row that was left out, with line, column, value and reason." },
  repeated: { label: "Repeated", help: "A row that was delivered before: it changes nothing." },
  stability_index: {
    label: "Stability index",
    help: "How far scores lie from those of the snapshot before, by tenths of those then: the population stability index. Below .1 they are stable, from .25 on another population is scored, or the model or its inputs have changed.",
  },
  lift_by_rank: {
    label: "Lift",
    help: "How many times as often it happened in this group as among all: 1 is what choosing by chance would give.",
  },
  entered_left: {
    label: "Entered, left",
    help: "Customers who came into the segment and went out of it since the nightly job before, under the same rule.",
  },
  kept_back: {
    label: "Kept back",
    help: "A snapshot that broke a limit of the nightly job: it is there, unpublished, and can be looked at.",
  },
  reused: { label: "Reused", help: "The artifact with this very key was there already." },
  computed: { label: "Computed", help: "The artifact was made in this run." },
  baseline: {
    label: "Naive baseline",
    help: "The simplest forecast that could do: a model is worth something only beside it, on the same customers.",
  },
  calibration: { label: "Calibration", help: "Whether what is told to happen in 3 of 10 cases happens in 3 of 10." },
  coverage: {
    label: "Held by 80 % limits",
    help: "Share of outcomes inside their 80 % limits, by the randomised probability integral transform.",
  },
  cut: {
    label: "Cut",
    help: "The day of a time split: models see what came before it and are judged on what followed.",
  },
  probability_purchase: { label: "Chance to buy", help: "Chance of at least one purchase within the horizon." },
  discounted_transactions: {
    label: "Discounted transactions",
    help: "Purchases still to come over the whole relation, later ones counting less.",
  },
  auc: {
    label: "AUC",
    help: "Chance that somebody to whom it happened is ranked above somebody to whom it didn't; 0.5 is a coin.",
  },
  campaign: {
    label: "Campaign",
    help: "A sending at random: who gets it and who is kept out is drawn, so that the two can be compared.",
  },
  kept_out: {
    label: "Kept out",
    help: "People of the audience who get nothing, drawn at random: what they do is what would have happened anyway.",
  },
  standing_holdout: {
    label: "Standing holdout",
    help: "The same people, kept out of every campaign: what all campaigns together earn is their difference to the rest.",
  },
  minimum_detectable_effect: {
    label: "Smallest effect that shows",
    help: "A true rise of this size is told from chance in four campaigns of five; a smaller one mostly isn't.",
  },
  incremental_revenue: {
    label: "Extra revenue",
    help: "Revenue of those contacted beyond what they would have spent anyway, told by those kept out.",
  },
  incremental_purchases: {
    label: "Extra buyers",
    help: "People who bought because of the campaign: the share of buyers among those contacted less that of those kept out.",
  },
  sample_ratio: {
    label: "Split as planned",
    help: "How likely group sizes like these are if people were drawn as planned. Below 1 in 1,000 something chose who stayed, and nothing can be concluded.",
  },
  always_valid: {
    label: "Daily-look limits",
    help: "Limits that hold on all days together: whoever looks every day is wrong in one campaign of twenty at most. A winner is named by these.",
  },
  contact_cap: {
    label: "Contact cap",
    help: "Whoever got this many messages within these days is left out of the campaign.",
  },
  cuped: {
    label: "Adjusted for the year before",
    help: "What people spent in the year before explains part of what they spend now; taking it out narrows the limits (CUPED).",
  },
  kept_snapshot: {
    label: "On this machine",
    help: "A copy of the snapshot on this machine's own disk: profiles, segments and lists work from it while the shared directory doesn't answer.",
  },
  brier: { label: "Brier score", help: "Mean squared distance between the chance told and what happened." },
};

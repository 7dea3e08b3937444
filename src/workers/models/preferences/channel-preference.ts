import { defineModel } from "../define.ts";
import { requireTable, scoreTable } from "../tables.ts";
import { evaluateShares, fitShares, readShares, scoreShares, shareParams, totalOf } from "./shares.ts";

const columns = { choice: "channel", count: "n_orders" };

export const channelPreference = defineModel({
  name: "channel_preference",
  version: 2,
  title: "Channel preference",
  group: "preferences",
  inputs: { counts: { feature: "channel_counts" } },
  apart: { inputs: ["counts"] },
  outcomes: { channels: { feature: "outcome_channels" } },
  params: shareParams,
  outputs: [
    { name: "channel_preference", type: "VARCHAR" },
    { name: "channel_preference_share", type: "DOUBLE", unit: "share" },
    { name: "channel_preference_share_low", type: "DOUBLE", unit: "share" },
    { name: "channel_preference_share_high", type: "DOUBLE", unit: "share" },
    { name: "channels", type: "VARCHAR[]" },
  ],
  card: {
    purpose: "By which channel a customer will place the next order, and how sure that is.",
    method:
      "Dirichlet-multinomial shrinkage: the customer's orders by channel plus a prior of the population's shares, whose weight and shares are fitted by maximum likelihood (Minka's fixed point). Limits are those of the share.",
    references: [
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Neslin et al. (2006): Challenges and opportunities in multichannel customer management, Journal of Service Research 9(2).",
    ],
    assumptions: ["An order tells of one choice of channel.", "The choice doesn't drift while it is looked back on."],
    limits: [
      "Where a source names no channel its orders tell nothing.",
      "Sales at the till that nobody can be tied to are missing: stores look less preferred than they are.",
      "Responses to messages are not counted.",
      "With a single channel every customer has that one, with a share of 1.",
    ],
    metrics: [
      "recall at 1 of the channels used after the cut, against the channel most used by all",
      "log_loss of those orders' channels, against the shares of all customers",
      "coverage of the 80 % limits by the orders after the cut",
    ],
  },
  fit: (inputs, params) => fitShares(requireTable(inputs, "counts"), columns, Number(params.prior_weight)),
  score: (inputs, json) => {
    const fitted = readShares(json);
    const { ids, choosers, top, share, low, high, lists } = scoreShares(
      requireTable(inputs, "counts"),
      columns,
      fitted,
    );
    const outputs = {
      channel_preference: top,
      channel_preference_share: share,
      channel_preference_share_low: low,
      channel_preference_share_high: high,
      channels: lists,
    };
    const enough = Float64Array.from(choosers, ({ counts }) => (totalOf(counts) >= 3 ? 1 : 0));
    return scoreTable(ids, outputs, { enough, reason: new Array<string | null>(ids.length).fill(null) });
  },
  evaluate: (inputs, _scores, holdout, json, _params, { seed }) =>
    evaluateShares({
      counts: requireTable(inputs, "counts"),
      outcomes: requireTable(holdout.tables ?? {}, "channels"),
      columns,
      fitted: readShares(json),
      seed,
      recallAt: [1],
    }),
});

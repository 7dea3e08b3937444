import { defineModel } from "../define.ts";
import { btydModel } from "./btyd-model.ts";
import { bgNbdFamily } from "./purchase-family.ts";

export const bgNbd = defineModel(
  btydModel(bgNbdFamily, {
    title: "BG/NBD purchase model",
    version: 7,
    onlyShown: "it takes every one-time buyer for a customer still",
    card: {
      purpose:
        "Expected number of purchases of each customer within the horizon, and whether a repeat buyer is still one.",
      method:
        "Beta-geometric/NBD: purchases come as a Poisson process whose rate varies by a gamma distribution; after each repeat purchase a customer drops out with a probability that varies by a beta distribution. Maximum likelihood on the summary with equal histories grouped.",
      references: [
        "Fader, Hardie & Lee (2005): “Counting Your Customers” the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2).",
      ],
      assumptions: [
        "No regular interval within a customer.",
        "Rates and dropout are independent of each other.",
        "Same-day purchases are one.",
      ],
      limits: [
        "Gives every one-time buyer a probability of 1 to be alive, by construction: it is never used as the sign of churn.",
        "Limits are those of the count itself; whole numbers make equal-tailed limits cover more than 80 %, so coverage is judged by the randomised transform.",
      ],
      metrics: [
        "mae against x / T × horizon",
        "bias of the sum",
        "auc of buying within the horizon against frequency",
        "coverage of the 80 % limits",
      ],
    },
  }),
);

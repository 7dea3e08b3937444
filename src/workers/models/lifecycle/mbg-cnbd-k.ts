import { defineModel } from "../define.ts";
import { btydModel } from "./btyd-model.ts";
import { bgCnbdFamily, mbgCnbdFamily } from "./purchase-family.ts";

export const mbgCnbdK = defineModel(
  btydModel(mbgCnbdFamily, {
    title: "MBG/CNBD-k purchase model",
    version: 3,
    choice: {
      params: {
        regularity: {
          kind: "number",
          default: 0,
          min: 0,
          max: 12,
          integer: true,
          label: "Regularity k",
          help: "0 chooses by likelihood; 1 is no regularity at all, 2 and more are ever more regular intervals.",
        },
        leaves_after_first: {
          kind: "boolean",
          default: true,
          label: "May leave after the first purchase",
          help: "Without it the model is BG/CNBD-k, in which nobody leaves before a second purchase.",
        },
      },
      familyOf: ({ leaves_after_first: leaves }) => (leaves === false ? bgCnbdFamily : mbgCnbdFamily),
      extraOf: ({ regularity }) => (Number(regularity) >= 1 ? { regularity: Math.round(Number(regularity)) } : {}),
    },
    card: {
      purpose:
        "Expected purchases and the probability of still being a customer where people buy at regular intervals: groceries, refills, fashion by season.",
      method:
        "Modified BG/NBD with Erlang-k intervals: every k-th event of a customer's Poisson process is a purchase. k is raised from 1 as long as the likelihood grows; the other parameters by maximum likelihood for each. Chances of 0, 1, 2 … purchases are exact: a negative binomial of events, mixed over how much of the next interval has passed.",
      references: [
        "Reutterer, Platzer & Schröder (2021): Leveraging purchase regularity for predicting customer behavior the easy way, IJRM 38(1).",
        "Platzer & Reutterer (2016): Ticking Away the Moments: Timing Regularity Helps to Better Predict Customer Activity, Marketing Science 35(5).",
      ],
      assumptions: [
        "All customers of a retailer are equally regular, each at an own pace.",
        "Rates and dropout are independent of each other.",
        "Same-day purchases are one.",
      ],
      limits: [
        "Where intervals aren't regular k is 1 and the model is MBG/NBD (so on the CDNOW sample).",
        "One k for everybody: a shop with subscribers and browsers is neither.",
        "Limits are those of the count itself; coverage is judged by the randomised transform.",
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

import { defineModel } from "../define.ts";
import { btydModel } from "./btyd-model.ts";
import { mbgNbdFamily } from "./purchase-family.ts";

export const mbgNbd = defineModel(
  btydModel(mbgNbdFamily, {
    title: "MBG/NBD purchase model",
    version: 7,
    card: {
      purpose:
        "Expected purchases within the horizon and the probability of still being a customer, honest about one-time buyers too.",
      method:
        "Modified BG/NBD: as BG/NBD, but a customer can drop out right after the first purchase as well. Maximum likelihood on the summary with equal histories grouped.",
      references: [
        "Batislam, Denizel & Filiztekin (2007): Empirical validation and comparison of models for customer base analysis, IJRM 24(3).",
        "Hoppe & Wagner (2007): Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD Model, Marketing JRM 29(2).",
      ],
      assumptions: [
        "No regular interval within a customer.",
        "Rates and dropout are independent of each other.",
        "Same-day purchases are one.",
      ],
      limits: [
        "On the CDNOW sample it forecasts 16 % too few purchases over 39 weeks: trust ranks more than sums.",
        "One-time buyers share one history apart from its age: their scores differ by age only.",
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

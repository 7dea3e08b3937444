import { categoryCounts } from "./category-counts.ts";
import { cohorts, revenueWeeks } from "./history.ts";
import { outcomeCategories, outcomes } from "./outcomes.ts";
import { pricePositions } from "./price-positions.ts";
import { purchaseSummary } from "./purchase-summary.ts";
import { returnLedger } from "./return-ledger.ts";
import { returnWindow } from "./return-window.ts";
import { rfmWindows } from "./rfm-windows.ts";

export const featureSteps = [
  purchaseSummary,
  rfmWindows,
  categoryCounts,
  pricePositions,
  outcomes,
  outcomeCategories,
  returnWindow,
  returnLedger,
  revenueWeeks,
  cohorts,
];

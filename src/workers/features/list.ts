import { baskets, channelCounts } from "./baskets.ts";
import { brandCounts } from "./brand-counts.ts";
import { categoryCounts } from "./category-counts.ts";
import { customerFeatures } from "./customer-features.ts";
import { discountCalendar, discountCounts, outcomeDiscounts } from "./discount-calendar.ts";
import { cohorts, revenueWeeks } from "./history.ts";
import { outcomeBrands, outcomeChannels, outcomeProducts } from "./outcome-tastes.ts";
import { outcomeCategories, outcomes } from "./outcomes.ts";
import { pricePositions } from "./price-positions.ts";
import { productCounts, productHistories, productPopularity } from "./product-counts.ts";
import { purchaseSummary } from "./purchase-summary.ts";
import { purchaseTraining } from "./purchase-training.ts";
import { returnCounts } from "./return-counts.ts";
import { returnLedger } from "./return-ledger.ts";
import { returnOpenLines, returnTrainingLines } from "./return-lines.ts";
import { returnOutcomes } from "./return-outcomes.ts";
import { returnTies } from "./return-ties.ts";
import { returnWindow } from "./return-window.ts";
import { rfmWindows } from "./rfm-windows.ts";

export const featureSteps = [
  purchaseSummary,
  rfmWindows,
  customerFeatures,
  purchaseTraining,
  categoryCounts,
  brandCounts,
  productCounts,
  productHistories,
  productPopularity,
  baskets,
  channelCounts,
  discountCalendar,
  discountCounts,
  pricePositions,
  outcomes,
  outcomeCategories,
  outcomeProducts,
  outcomeBrands,
  outcomeChannels,
  outcomeDiscounts,
  returnTies,
  returnWindow,
  returnLedger,
  returnCounts,
  returnTrainingLines,
  returnOpenLines,
  returnOutcomes,
  revenueWeeks,
  cohorts,
];

import { basketDays } from "./basket-days.ts";
import { baskets, channelCounts } from "./baskets.ts";
import { brandCounts } from "./brand-counts.ts";
import { campaignMoments } from "./campaign-moments.ts";
import { campaignOutcomes, campaignState, outcomeCampaigns } from "./campaign-outcomes.ts";
import { categoryCounts } from "./category-counts.ts";
import { customerFeatures } from "./customer-features.ts";
import { customerMargins, outcomeRefunds } from "./customer-margins.ts";
import { discountCalendar, discountCounts, outcomeDiscounts } from "./discount-calendar.ts";
import { earlierBuyers } from "./earlier-buyers.ts";
import { earlierCounts } from "./earlier-counts.ts";
import { firstOrders } from "./first-orders.ts";
import { fitCounts, outcomeFits } from "./fit-counts.ts";
import { cohorts, revenueWeeks } from "./history.ts";
import { itemsets } from "./itemsets.ts";
import { messageActivity, messageTraining, outcomeMessages } from "./message-activity.ts";
import { messageDays } from "./message-days.ts";
import { outcomeCohorts } from "./outcome-cohorts.ts";
import {
  outcomeBaskets,
  outcomeBrands,
  outcomeChannels,
  outcomeNextBaskets,
  outcomeProducts,
  outcomeRebuys,
  outcomeStores,
} from "./outcome-tastes.ts";
import { outcomeCategories, outcomes } from "./outcomes.ts";
import { pricePositions } from "./price-positions.ts";
import { productCounts, productHistories, productPopularity } from "./product-counts.ts";
import { purchaseSeason, purchaseWeeks } from "./purchase-season.ts";
import { purchaseSummary } from "./purchase-summary.ts";
import { purchaseTraining } from "./purchase-training.ts";
import { rebuyCandidates, rebuyIntervals } from "./rebuy-intervals.ts";
import { recentLines } from "./recent-lines.ts";
import { returnCounts } from "./return-counts.ts";
import { returnJudgedLines } from "./return-judged-lines.ts";
import { returnLedger } from "./return-ledger.ts";
import { returnOpenLines, returnTrainingLines } from "./return-lines.ts";
import { returnOutcomes } from "./return-outcomes.ts";
import { returnTies } from "./return-ties.ts";
import { returnWindow } from "./return-window.ts";
import { rfmWindows } from "./rfm-windows.ts";
import { storeCounts, storePlaces } from "./store-counts.ts";
import { outcomeTiming, timingCounts } from "./timing-counts.ts";
import { valueTraining } from "./value-training.ts";
import { webActivity, webDays, webTraining } from "./web-activity.ts";

export const featureSteps = [
  purchaseSummary,
  rfmWindows,
  customerFeatures,
  purchaseTraining,
  earlierCounts,
  earlierBuyers,
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
  basketDays,
  itemsets,
  recentLines,
  rebuyIntervals,
  rebuyCandidates,
  timingCounts,
  storeCounts,
  storePlaces,
  outcomeNextBaskets,
  outcomeBaskets,
  outcomeRebuys,
  outcomeTiming,
  outcomeStores,
  returnTies,
  returnWindow,
  returnLedger,
  returnCounts,
  fitCounts,
  outcomeFits,
  returnTrainingLines,
  returnOpenLines,
  returnOutcomes,
  returnJudgedLines,
  messageDays,
  messageActivity,
  messageTraining,
  outcomeMessages,
  webDays,
  webActivity,
  webTraining,
  campaignOutcomes,
  campaignMoments,
  campaignState,
  outcomeCampaigns,
  purchaseWeeks,
  purchaseSeason,
  revenueWeeks,
  cohorts,
  firstOrders,
  valueTraining,
  outcomeCohorts,
  customerMargins,
  outcomeRefunds,
];

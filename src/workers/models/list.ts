import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { lookalike } from "./audiences/lookalike.ts";
import { microSegments } from "./audiences/micro-segments.ts";
import { rfm } from "./audiences/rfm.ts";
import { emailPropensity } from "./engagement/email-propensity.ts";
import { unsubscribeRisk } from "./engagement/unsubscribe-risk.ts";
import { webIntent } from "./engagement/web-intent.ts";
import { bgNbd } from "./lifecycle/bg-nbd.ts";
import { cohortRetention } from "./lifecycle/cohort-retention.ts";
import { lifecycleStage } from "./lifecycle/lifecycle-stage.ts";
import { mbgCnbdK } from "./lifecycle/mbg-cnbd-k.ts";
import { mbgNbd } from "./lifecycle/mbg-nbd.ts";
import { nextPurchase } from "./lifecycle/next-purchase.ts";
import { paretoNbd } from "./lifecycle/pareto-nbd.ts";
import { purchasePropensity } from "./lifecycle/purchase-propensity.ts";
import { secondPurchase } from "./lifecycle/second-purchase.ts";
import { winBack } from "./lifecycle/win-back.ts";
import { campaignLift } from "./measurement/campaign-lift.ts";
import { programmeLift } from "./measurement/programme-lift.ts";
import { uplift } from "./measurement/uplift.ts";
import { brandAffinity } from "./preferences/brand-affinity.ts";
import { bundles } from "./preferences/bundles.ts";
import { categoryAffinity } from "./preferences/category-affinity.ts";
import { channelPreference } from "./preferences/channel-preference.ts";
import { discountAffinity } from "./preferences/discount-affinity.ts";
import { discountUplift } from "./preferences/discount-uplift.ts";
import { nextBasket } from "./preferences/next-basket.ts";
import { priceTier } from "./preferences/price-tier.ts";
import { productAffinity } from "./preferences/product-affinity.ts";
import { replenishment } from "./preferences/replenishment.ts";
import { sizePreference } from "./preferences/size-preference.ts";
import { storeAffinity } from "./preferences/store-affinity.ts";
import { timingPreference } from "./preferences/timing-preference.ts";
import { returnRate } from "./returns/return-rate.ts";
import { returnRisk } from "./returns/return-risk.ts";
import { customerValue } from "./value/customer-value.ts";
import { earlyCustomerValue } from "./value/early-customer-value.ts";
import { gammaGamma } from "./value/gamma-gamma.ts";
import { mlCustomerValue } from "./value/ml-customer-value.ts";
import { netValue } from "./value/net-value.ts";
import { segmentForecast } from "./value/segment-forecast.ts";

/** Every model, those first that others read. */
export const models: readonly ModelDeclaration[] = [
  bgNbd,
  mbgNbd,
  paretoNbd,
  mbgCnbdK,
  purchasePropensity,
  gammaGamma,
  customerValue,
  mlCustomerValue,
  earlyCustomerValue,
  rfm,
  lifecycleStage,
  nextPurchase,
  cohortRetention,
  secondPurchase,
  winBack,
  productAffinity,
  categoryAffinity,
  brandAffinity,
  priceTier,
  discountAffinity,
  channelPreference,
  nextBasket,
  replenishment,
  bundles,
  sizePreference,
  timingPreference,
  storeAffinity,
  microSegments,
  lookalike,
  returnRate,
  returnRisk,
  emailPropensity,
  unsubscribeRisk,
  webIntent,
  uplift,
  discountUplift,
  campaignLift,
  programmeLift,
  netValue,
  segmentForecast,
];

import { activity } from "./activity.ts";
import { anonymous } from "./anonymous.ts";
import { buyerTraits } from "./buyer-traits.ts";
import { customerBase } from "./customer-base.ts";
import { lineFacts, orderBuyers, soldProducts } from "./line-facts.ts";
import { purchaseLines } from "./purchase-lines.ts";
import { purchaseReturns } from "./purchase-returns.ts";
import { transactions } from "./transactions.ts";

export const customerSteps = [
  lineFacts,
  soldProducts,
  orderBuyers,
  purchaseLines,
  purchaseReturns,
  transactions,
  customerBase,
  buyerTraits,
  anonymous,
  activity,
];

import { activity } from "./activity.ts";
import { anonymous } from "./anonymous.ts";
import { buyerTraits } from "./buyer-traits.ts";
import { customerBase } from "./customer-base.ts";
import { purchaseLines } from "./purchase-lines.ts";
import { transactions } from "./transactions.ts";

export const customerSteps = [purchaseLines, transactions, customerBase, buyerTraits, anonymous, activity];

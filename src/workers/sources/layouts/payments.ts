import { amount, present, type Recognised, utc } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

const paymentsOnly = "These are payments, without what was bought: each is an order of its own.";

/** Payments that Stripe's dashboard exports. */
export function stripe(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  const at = ["Created date (UTC)", "Created (UTC)"].find((name) => headers.includes(name));
  if (!at || !sheet.has("id", "amount", "amountrefunded", "customeremail", "status")) return undefined;
  const refunded = headers.includes("Refunded date (UTC)") ? ["Refunded date (UTC)", at] : [at];
  return {
    layout: "stripe",
    key_space: "stripe",
    confidence: 0.97,
    warnings: [paymentsOnly],
    tables: [
      {
        table: "orders",
        columns: present(headers, {
          order_id: "id",
          source_customer_id: "Customer ID",
          email: "Customer Email",
          ordered_at: utc(at),
          currency: "Currency",
          gross_minor: amount("Amount"),
          channel: { value: "web" },
          status: {
            map: "Status",
            values: {
              paid: "paid",
              succeeded: "paid",
              refunded: "refunded",
              disputed: "paid",
              "refund pending": "paid",
            },
            otherwise: "failed",
          },
        }),
      },
      {
        table: "returns",
        where: "Amount Refunded is not null and Amount Refunded not in ('0', '0.0', '0.00')",
        columns: present(headers, {
          return_id: "id",
          order_id: "id",
          returned_at: { coalesce: refunded, time_zone: "UTC" },
          refund_minor: amount("Amount Refunded"),
        }),
      },
      {
        table: "customers",
        columns: present(headers, {
          source_customer_id: "Customer ID",
          email: "Customer Email",
          phone: "Customer Phone",
          full_name: { coalesce: ["Customer Name", "Card Name"] },
        }),
      },
    ],
  };
}

const sales = [
  "Express Checkout Payment",
  "Website Payment",
  "General Payment",
  "Mobile Payment",
  "PayPal Here Payment",
  "eBay Auction Payment",
  "Checkout Payment",
  "Mass Pay Payment",
  "Pre-approved Payment Bill User Payment",
  "Subscription Payment",
  "Invoice Payment",
  "Payment",
];
const refunds = ["Payment Refund", "Refund", "Payment Reversal", "Partial Refund"];
const oneOf = (words: readonly string[]) => words.map((word) => `'${word}'`).join(", ");

/** PayPal's activity report: sales and refunds of a shop among its transfers and fees. */
export function paypal(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("date", "time", "type", "gross", "fromemailaddress", "transactionid", "balanceimpact"))
    return undefined;
  const at = { concat: ["Date", "Time"] };
  const isSale = `Type in (${oneOf(sales)}) and Balance Impact != 'Debit'`;
  return {
    layout: "paypal",
    key_space: "paypal",
    confidence: 0.95,
    warnings: [`${paymentsOnly} Rows of other types than payments received and refunds are left alone.`],
    tables: [
      {
        table: "orders",
        where: isSale,
        columns: present(headers, {
          order_id: "Transaction ID",
          email: "From Email Address",
          phone: "Contact Phone Number",
          ordered_at: at,
          currency: "Currency",
          gross_minor: { column: "Gross", less: ["Shipping and Handling Amount"] },
          shipping_minor: "Shipping and Handling Amount",
          channel: { value: "web" },
          status: {
            map: "Status",
            values: {
              completed: "completed",
              refunded: "refunded",
              "partially refunded": "completed",
              cleared: "completed",
            },
            otherwise: "void",
          },
        }),
      },
      {
        table: "returns",
        where: `Type in (${oneOf(refunds)}) and Reference Txn ID is not null`,
        columns: present(headers, {
          return_id: "Transaction ID",
          order_id: "Reference Txn ID",
          returned_at: at,
          refund_minor: "Gross",
        }),
      },
      {
        table: "customers",
        where: isSale,
        columns: present(headers, {
          email: "From Email Address",
          full_name: "Name",
          phone: "Contact Phone Number",
          address_line: "Address Line 1",
          city: "Town/City",
          postcode: "Zip/Postal Code",
          country: "Country",
        }),
      },
    ],
  };
}

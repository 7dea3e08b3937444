/** Header names by what they mean, in lower case without blanks and signs. The earlier name wins where a file has several. */
export const synonyms: Readonly<Record<string, readonly string[]>> = {
  order_id: ["orderid", "ordernumber", "orderno", "ordernr", "order", "invoiceno", "invoice", "invoiceid", "invoicenumber", "receiptid", "receiptno", "receiptnumber", "receipt", "transactionid", "transactionno", "ticketid", "salesid", "saleid", "basketid", "bon", "bonnr", "belegnr"],
  line_id: ["lineid", "lineno", "linenumber", "line", "orderitemid", "orderlineid", "rowid", "itemno", "position", "pos", "lineitemid"],
  source_customer_id: ["sourcecustomerid", "customerid", "customer", "custid", "customerno", "customernumber", "custno", "clientid", "userid", "memberid", "personid", "contactid", "id", "kundennr", "crmid"],
  ordered_at: ["orderedat", "orderdate", "orderpurchasetimestamp", "invoicedate", "purchasedate", "transactiondate", "saledate", "soldat", "createdat", "datetime", "timestamp", "orderdatetime", "orderdateandtime", "date", "at", "time", "datum", "receiptdate", "paidat"],
  product_id: ["productid", "sku", "stockcode", "itemid", "article", "articleno", "articlenumber", "product", "item", "upc", "ean", "lineitemsku", "variantsku"],
  product_name: ["productname", "description", "itemname", "title", "name", "producttitle", "lineitemname", "articlename"],
  category: ["category", "productcategory", "productcategoryname", "department", "producttype", "type", "productgroup", "warengruppe"],
  subcategory: ["subcategory", "productsubcategory"],
  brand: ["brand", "vendor", "manufacturer", "label"],
  quantity: ["quantity", "qty", "units", "count", "itemspurchased", "menge", "lineitemquantity"],
  unit_price: ["unitprice", "price", "unitpricegbp", "priceusd", "priceeach", "itemprice", "einzelpreis", "lineitemprice", "sellingprice"],
  list_price: ["listprice", "rrp", "regularprice", "originalprice", "fullprice", "compareatprice", "msrp", "lineitemcompareatprice", "uvp"],
  line_amount: ["amount", "lineamount", "lineprice", "linetotal", "sales", "netamount", "totalprice", "total", "revenue", "spend", "value", "dollarvalue", "betrag", "summe", "orderamount", "ordertotal", "ordervalue", "price"],
  discount: ["discount", "discountamount", "linediscount", "rabatt", "totaldiscounts", "lineitemdiscount"],
  currency: ["currency", "currencycode", "waehrung"],
  channel: ["channel", "saleschannel", "source", "sourcename"],
  store_id: ["storeid", "store", "branch", "shop", "shopid", "location", "filiale", "till", "tillid"],
  status: ["status", "orderstatus", "state", "financialstatus"],
  size: ["size", "groesse"],
  colour: ["colour", "color", "farbe"],
  cost: ["cost", "costprice", "unitcost", "cogs"],
  email: ["email", "emailaddress", "mail", "customeremail", "contactemail"],
  phone: ["phone", "phonenumber", "mobile", "telephone", "tel", "mobilenumber", "customerphone"],
  full_name: ["fullname", "customername", "contactname", "displayname", "name"],
  given_name: ["givenname", "firstname", "first", "forename", "vorname"],
  family_name: ["familyname", "lastname", "last", "surname", "nachname"],
  birth_date: ["birthdate", "dateofbirth", "dob", "birthday"],
  gender: ["gender", "sex"],
  address_line: ["addressline", "address", "address1", "street", "addressline1", "streetaddress"],
  city: ["city", "town", "suburb", "customercity", "ort"],
  region: ["region", "state", "province", "county", "customerstate"],
  postcode: ["postcode", "zip", "zipcode", "postalcode", "customerzipcodeprefix", "plz"],
  country: ["country", "countrycode"],
  loyalty_id: ["loyaltyid", "loyaltycard", "cardnumber", "cardno", "loyaltynumber", "membershipno", "loyaltycardno", "customeruniqueid"],
  created_at: ["createdat", "registeredat", "joinedon", "joinedat", "membersince", "signupdate", "since", "created"],
  accepts_email: ["acceptsemail", "acceptsemailmarketing", "emailoptin", "emailconsent", "acceptsmarketing", "newsletter", "marketingconsent", "optin"],
  consent_status: ["consentstatus", "consent", "status", "optinstatus"],
  consent_channel: ["channel", "medium"],
  purpose: ["purpose"],
  occurred_at: ["occurredat", "consentdate", "suppressedat", "suppressedon", "unsubscribedat", "date", "at", "createdat", "addedon"],
  reason: ["reason", "cause"],
  return_id: ["returnid", "orderitemrefundid", "refundid", "rmaid"],
  returned_at: ["returnedat", "returndate", "refundedat", "refunddate", "createdat", "date"],
  refund: ["refund", "refundamount", "refundamountusd", "refunded", "amount"],
  returned: ["returned", "isreturned", "wasreturned", "returnflag"],
};

export function plainHeader(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]/g, "");
}

/** Finds the file's column for a meaning, if any. */
export function columnFor(meaning: string, headers: readonly string[]): string | undefined {
  const plain = headers.map(plainHeader);
  for (const name of synonyms[meaning] ?? []) {
    const at = plain.indexOf(name);
    if (at >= 0) return headers[at];
  }
  return undefined;
}

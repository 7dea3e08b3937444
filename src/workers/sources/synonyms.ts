const written = {
  order_id: `orderid ordernumber orderno ordernr order invoiceno invoice invoiceid invoicenumber receiptid receiptno
    receiptnumber receipt transactionid transactionno ticketid salesid saleid basketid bon bonnr belegnr orderref
    orderreference orderkey ordernum salesorderid salesorder salesordernumber saleno salenumber ticketno ticketnumber ticket
    checkno checknumber billno billid billnumber documentno trxid txnid transid purchaseid bestellnummer bestellnr auftragsnummer auftragsnr rechnungsnummer
    rechnungsnr nocommande ncommande numerocommande numerodecommande commande numeropedido numerodopedido codigodopedido
    idpedido pedidoid pedido numeroordine ordine ordernummer
    bestelnummer bonnummer factuurnummer numerofacture nfacture facture transaction incrementid`,
  line_id: `lineid lineno linenumber line orderitemid orderlineid rowid itemno position pos lineitemid orderline linenr
    lineitem salelineid transactionlineid salesorderdetailid salesorderlinenumber orderdetailid orderdetailsid orderlineitem
    orderlinenumber invoicelineid zeile posnr`,
  source_customer_id: `sourcecustomerid customerid customer custid customerno customernumber custno clientid userid memberid personid
    contactid kundennr crmid recid recordid householdkey householdid customerkey customerref customercode
    shopperid buyerid buyerusername buyer accountno accountnumber memberno membernumber clientno subscriberid
    profileid guestid kundennummer kundenid kunde kundeid kdnr kundencode nclient refclient codeclient idclient numeroclient client klantnummer idcliente
    codigodocliente codigocliente codcliente codicecliente cliente cust custkey custcode clientkey clientcode customernum
    accountid masterid sampleid uid person user id`,
  ordered_at: `orderedat orderdate orderpurchasetimestamp invoicedate purchasedate transactiondate saledate soldat
    transactiondatetime purchasedatetime invoicedatetime saledatetime transactiondt shopdate trxdate txndate transdate
    purchasetime purchasetimestamp datepurchased billdate documentdate createdat
    datetime timestamp orderdatetime orderdateandtime date at time datum receiptdate paidat transactiontimestamp
    transactiontime ordertimestamp ordertime orderedon dateordered dateoforder placedat placedon purchasedat
    purchasedon soldon datesold dateofsale saletime processedat completedat completeddate completedon dateplaced
    createdon bestelldatum auftragsdatum rechnungsdatum kaufdatum verkaufsdatum belegdatum datecommande
    datedecommande fecha fechapedido fechadepedido fechacompra fechaventa datedevente dateachat besteldatum tdat datadopedido
    datapedido datadacompra datacompra datadavenda datavenda dataordine dataacquisto orderdatum factuurdatum erstelldatum erstelltam datumbestellung bestelltam datefacture orderdt invoicedt purchasedt createdtimestamp data day dayno daynumber`,
  product_id: `productid sku stockcode itemid article articleno articlenumber product item prodno prodnumber upc ean lineitemsku variantsku
    articleid artikelnummer artikelnr artikel itemcode itemnumber itemsku productcode productno productnumber
    productsku productkey skucode partnumber partno barcode gtin asin styleno stylecode plu codearticle
    artikelcode variantid prodcode prodid skuid itemkey trackid pid materialnumber artikelref refproduit refarticle codigodoproduto codigoproduto idproduto
    codproduto codigoproducto idproducto codiceprodotto codicearticolo`,
  product_name: `productname description itemname title name producttitle lineitemname articlename productdescription
    itemdescription itemtitle articledescription prodname bezeichnung artikelbezeichnung produktname designation
    libelle descripcion omschrijving productdetail itempurchased nomedoproduto produto descricao nombreproducto
    nomproduit descrizione`,
  /** What names a product where it has no number. */
  product_title:
    "producttitle productname itemname lineitemname articlename product itemtitle artikelbezeichnung produto prodotto produit producto",
  category: `category productcategory productcategoryname department producttype type productgroup productgroupname warengruppe categoryname
    categorypath categorycode maincategory categories departmentname productgroupname producttypename
    commoditydesc kategorie categorie categoria categoryname1 itemcategory productcategorytree productline productclass
    famille familia rayon artikelgruppe produktgruppe genre level1 productsubclass categoryid departmentid`,
  subcategory:
    "subcategory productsubcategory subcategoryname subcommoditydesc producttypename subclass level2 aisleid",
  brand: "brand vendor manufacturer label brandname productbrand marke marque marca merk brandid manufacturerid",
  quantity: `quantity qty units count itemspurchased menge lineitemquantity quantityordered qtyordered orderquantity
    quantitypurchased quantitysold qtysold lineitemqty positionanzahl positionsmenge itemquantity unitssold unitsordered pieces anzahl stuck quantite qte cantidad aantal
    quantidade qtd quantita orderqty productquantity productqty transactionqty itemqty salesqty saleqty salesquantity purchasequantity cds`,
  unit_price: `unitprice price unitpricegbp priceusd priceeach itemprice einzelpreis lineitemprice sellingprice priceperunit
    pricepaid saleprice salesprice netprice actualprice finalprice preis stuckpreis prixunitaire prix
    preciounitario precio prijs valorunitario precounitario preco prezzounitario prezzo prixunitairettc prixttc unitpriceusd
    productprice retail verkaufspreis vkpreis vk prijsperstuk stuksprijs verkoopprijs pu prixdevente lineitemunitprice unitpriceamount`,
  /** What one was sold at, beside a price before reductions. */
  net_price: "netprice netunitprice discountedprice pricepaid paidprice finalprice actualprice sellingprice saleprice",
  list_price:
    "listprice rrp regularprice originalprice fullprice compareatprice msrp lineitemcompareatprice retailprice baseprice mrp uvp adviesprijs prixconseille listenpreis originalpreis",
  line_amount: `rowtotal nrevenue amount lineamount lineprice linetotal sales netamount totalprice total revenue spend value
    dollarvalue betrag summe price salesvalue salesamount saleamount netsales netsale netvalue nettotal linevalue
    linenet itemtotal extendedprice totalamount totalvalue totalsales amountpaid totalpaid transactionamount
    purchaseamount turnover umsatz gesamtpreis gesamtbetrag gesamt montant montantttc totalttc importe bedrag valortotal
    valor importototale importo prezzototale totaal regeltotaal zeilensumme positionssumme linerevenue itemrevenue salestotal transactionvalue purchaseamountusd trnsumfromiss`,
  /** What a whole order came to: on each of its lines it would count as often as there are lines. */
  order_amount: `orderamount ordertotal ordervalue ordertotalamount grandtotal invoicetotal invoiceamount receipttotal
    baskettotal basketvalue bestellwert auftragswert totaldue purchasesum transactiontotal`,
  discount: `itemdiscountamount lineitemdiscount linediscount linediscountamount itemdiscount discount discountamount
    rabatt totaldiscounts discounts discountvalue discounttotal promotiondiscount retaildisc discountpercent
    discountpct discpct discamt rabattbetrag remise descuento korting desconto sconto unitpricediscount`,
  shipping: `shipping shippingamount shippingprice totalshippingprice shippingtotal shippingcost shippingfee deliveryfee
    deliverycost postage freight freightvalue versand versandkosten shippingcharge deliverycharge
    shippingandhandling`,
  currency: "currency currencycode waehrung ordercurrency currencyiso wahrung devise moneda valuta moeda",
  channel: "channel saleschannel source sourcename orderchannel saleschannelname saleschannelid kanal",
  store_id: `storeid store branch shop shopid location filiale till tillid storeno storenumber storecode storename branchid
    branchcode outlet outletid locationid locationname filialnr filialnummer magasin storekey storenum shoppingmall`,
  latitude: "latitude lat",
  longitude: "longitude lon lng long",
  status: "status orderstatus financialstatus orderstate paymentstatus itemstatus bestellstatus statut estado",
  size: "size groesse grosse sizecode productsize taille tamanho",
  colour: "colour color farbe colorcode colourcode productcolor colourgroupname couleur cor",
  cost: "cost costprice unitcost cogs productcost standardcost unitcostusd",
  email: `email emailaddress mail customeremail contactemail buyeremail billingemail useremail primaryemail
    subscriberemail recipientemail contactemailaddress emailid courriel`,
  phone: `phone phonenumber mobile telephone tel mobilenumber customerphone mobilephone cellphone phonemobile mobileno
    contactnumber billingphone buyerphonenumber telefon telefonnummer handy sms`,
  full_name: `fullname customername contactname displayname name buyername membername clientname billingname recipientname
    shipname kundenname nomedocliente nomecliente`,
  given_name: "givenname firstname first forename vorname billingfirstname prenom customerfirstname",
  family_name: `familyname lastname last surname nachname billinglastname nomdefamille apellido apellidos achternaam
    customerlastname`,
  birth_date: "birthdate dateofbirth dob birthday geburtsdatum datedenaissance",
  gender: "gender sex geschlecht",
  address_line: `addressline address address1 street addressline1 streetaddress mailingstreet billingaddress1 street1
    shipaddress1 strasse adresse rue direccion endereco`,
  city: "city town suburb customercity ort wohnort mailingcity billingcity shipcity stadt ville ciudad plaats cidade citta",
  region: `region state province county customerstate stateprovince stateregion mailingstate mailingstateprovince
    billingstate shipstate bundesland`,
  postcode: `postcode zip zipcode postalcode customerzipcodeprefix plz zippostalcode mailingpostalcode mailingzippostalcode
    billingpostcode billingzip shippostalcode shipzipcode codepostal codigopostal`,
  country: "country countrycode countryname countryregion mailingcountry billingcountry shipcountry land pays pais",
  loyalty_id: `loyaltyid loyaltycard cardnumber cardno loyaltynumber membershipno loyaltycardno loyaltycardnumber
    loyaltymemberid membershipnumber membershipid rewardsnumber clubcard kundenkarte`,
  created_at: `createdat registeredat joinedon joinedat membersince signupdate since created createdate createddate dateadded
    addedtime optintime joindate datejoined registrationdate registeredon enrolmentdate enrollmentdate enrolledat
    customersince creationdate becamememberon firstissuedate dtcustomer`,
  accepts_email: `acceptsemail acceptsemailmarketing emailoptin emailconsent acceptsmarketing newsletter marketingconsent optin
    emailsubscribed emailmarketingoptin marketingoptin optinemail`,
  /** Who doesn't want mail; of the others it says nothing. */
  refuses_email: `hasoptedoutofemail emailoptout emailoptedout unsubscribedfromallemail unsubscribed emailunsubscribed
    donotemail nomail optout optedout blacklisted emailblacklisted`,
  consent_status: "consentstatus consent status optinstatus",
  consent_channel: "channel medium",
  purpose: "purpose",
  occurred_at: "occurredat consentdate suppressedat suppressedon unsubscribedat date at createdat addedon",
  delivered_at: "deliveredat deliveredon deliverydate delivereddate arrivedat",
  order_gross: "gross grossamount grosstotal ordergross subtotal ordersubtotal ordersubtotalamount",
  tax: "tax taxes taxamount taxamt totaltax vat vatamount mwst",
  coupon: "couponcode coupon discountcode vouchercode voucher promocode promotioncode voucherid",
  /** The hour of a date that stands in a column of its own. */
  time_of_day:
    "time transtime transactiontime ordertime saletime timeofday hour uhrzeit zeit heure hora shophour orderhour",
  event_id: "eventid messageeventid activityid id uuid sgeventid",
  event_at: `occurredat eventtime eventat eventdate eventtimestamp timestamp datetime time date at createdat ts sentat
    senddate originaltimestamp eventdatetime`,
  event_type: "eventtype eventname event action activity activitytype sttext eventkind",
  event_channel: "channel medium",
  message_campaign: `campaignid campaign campaignname mailingid mailing messageid newsletter sendid campaigntitle tag emailname
    subject subjectline category sub`,
  sent_on: "senddate sentdate senton sentat sendtime receivedemail",
  delivered_on: "delivereddate deliverydate deliveredon deliveredat deliveredemail",
  opened_on: "opendate openeddate openedon openedat openedemail firstopen lastopen",
  clicked_on: "clickdate clickeddate clickedon clickedat clickedemail firstclick lastclick",
  bounced_on: "bouncedate bounceddate bouncedon bouncedat bouncedemail hardbouncedate",
  unsubscribed_on: "unsubscribedate unsubscribeddate unsubscribedon unsubscribedat unsubscribedtime",
  complained_on: "complaintdate complaindate complainedon complainedat markedasspam",
  is_machine_open: "ismachineopen machineopen isbotopen botopen isbot isprefetch isproxyopen ismpp",
  visitor_id: "visitorid visitor anonymousid clientid cookieid deviceid userpseudoid browserid",
  session_id: "sessionid session visitid visit usersession",
  web_customer: "sourcecustomerid customerid userid customerno memberid accountid",
  page: "page pageurl pagepath pagelocation url uri path pagetitle contextpagepath contextpageurl",
  referrer: "referrer referer referrerurl referrerhost pagereferrer",
  web_campaign: "campaign utmcampaign campaignname campaignid",
  device: "device devicetype devicecategory platform",
  store_name: "storename branchname shopname name",
  provider: "provider dataprovider vendor supplier",
  attribute: "attribute attributename name field key variable",
  attribute_value: "value attributevalue fieldvalue",
  valid_from: "validfrom validat validon asof updatedat date",
  variant: "variant group arm cell treatment testgroup",
  is_control: "iscontrol control isholdout holdout incontrolgroup",
  assigned_at: "assignedat assignedon assignmentdate senton date at timestamp",
  spent_on: "spenton spentat date day at",
  spend: "cost spend costs amountspent adspend marketingcost amount",
  cost_channel: "channel medium platform network",
  cost_campaign: "campaign campaignname campaignid",
  rate_on: "validon date day ratedate",
  rate_currency: "currency currencycode quotecurrency fromcurrency",
  rate: "rate exchangerate fxrate exchange",
  reason: "reason cause",
  return_id: "returnid orderitemrefundid refundid rmaid",
  returned_at: "returnedat returndate refundedat refunddate createdat date",
  refund: "refund refundamount refundamountusd refunded amount",
  returned: "returned isreturned wasreturned returnflag returnshipment isreturn",
  /** How many of a line came back. */
  returned_quantity: "returnquantity returnedquantity quantityreturned qtyreturned returnqty returnedqty",
  /** What names a product in a file that says how many of it. */
  product_reference: "reference ref code codigo referencia style model",
};

/** Header names by what they mean, in lower case without blanks and signs. The earlier name wins where a file has several. */
export const synonyms: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(written).map(([meaning, names]) => [meaning, names.split(/\s+/)]),
);

const attribute =
  /^(?:attributes?|custom|attr|trait)[._ -]|^age(?:desc|band|group|range|class)?$|stage$|homeowner|kids?|frequency$|tier|level$|segment|status$|points|household|income|children|marital|occupation|profession|language|interest|hobb|education|home(?:type|owner)|prefer|acquisition|tags?$/;

/** Whether a customer's further column says something of them that is worth keeping, and not who they are. */
export function isAttribute(name: string): boolean {
  return attribute.test(name.toLowerCase().replaceAll(/(?<!^(?:attributes?|custom|attr|trait))[._ -]/g, ""));
}

export function plainHeader(name: string): string {
  return name
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]/g, "");
}

/** Finds the file's column for a meaning, if any that fits. */
export function columnFor(
  meaning: string,
  headers: readonly string[],
  isFit: (name: string) => boolean = () => true,
): string | undefined {
  const plain = headers.map(plainHeader);
  for (const name of synonyms[meaning] ?? []) {
    const at = plain.indexOf(name);
    const header = at < 0 ? undefined : headers[at];
    if (header !== undefined && isFit(header)) return header;
  }
  return priceFor(meaning, headers, isFit);
}

const amounts: ReadonlySet<string> = new Set([
  "unit_price",
  "line_amount",
  "list_price",
  "order_amount",
  "discount",
  "shipping",
]);
/** What a heading of an amount says beside its name: the currency, and whether tax is in it. */
const besides =
  /(?:in)?(?:eur|euro|usd|gbp|chf|dollars?|pounds?)$|(?:brutto|netto|ttc|ht|(?:incl|inkl|excl|exkl)(?:usive)?(?:vat|tax|mwst|btw)?|(?:zzgl|ohne|inc|ex)(?:vat|tax|mwst|btw))$/;

/** The same of an amount whose heading says more than its name. */
function priceFor(meaning: string, headers: readonly string[], isFit: (name: string) => boolean): string | undefined {
  if (!amounts.has(meaning)) return undefined;
  const plain = headers.map(plainHeader);
  const shorter = plain.map((name) => name.replace(besides, "").replace(besides, ""));
  for (const known of synonyms[meaning] ?? []) {
    const at = shorter.findIndex((name, own) => name === known && name !== plain[own]);
    const header = at < 0 ? undefined : headers[at];
    if (header !== undefined && isFit(header)) return header;
  }
  return undefined;
}

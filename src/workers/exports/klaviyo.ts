import { defineTemplate, person } from "./define.ts";

/** Klaviyo: help.klaviyo.com, “How to format your CSV file for a list upload”. */
export const klaviyo = defineTemplate({
  name: "klaviyo",
  title: "Klaviyo",
  columns: [
    person("Email", "email"),
    person("First Name", "given_name"),
    person("Last Name", "family_name"),
    person("Phone Number", "phone", { kind: "phone" }),
    person("Address", "address_line"),
    person("City", "city"),
    person("State/Region", "region"),
    person("Country", "country"),
    person("Zip Code", "postcode"),
  ],
  takesFields: true,
  channel: "email",
  needs: ["email"],
  extension: "csv",
});

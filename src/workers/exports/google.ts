import { defineTemplate, person } from "./define.ts";

/** Google customer match: e-mail, phone and names are hashed here; country and postcode go as they are. */
export const google = defineTemplate({
  name: "google",
  title: "Google customer match",
  columns: [
    person("Email", "email", { form: "google_email" }),
    person("Phone", "phone", { form: "google_phone" }),
    person("First Name", "given_name", { form: "google_name" }),
    person("Last Name", "family_name", { form: "google_name" }),
    person("Country", "country", { form: "country_code" }),
    person("Zip", "postcode", { form: "postcode" }),
  ],
  takesFields: false,
  channel: "ads",
  needs: ["email", "phone"],
  extension: "csv",
});

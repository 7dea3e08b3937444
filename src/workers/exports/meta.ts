import { defineTemplate, person } from "./define.ts";

/** Meta: customer list of a custom audience; every identifier is hashed here, so that none leaves readable. */
export const meta = defineTemplate({
  name: "meta",
  title: "Meta custom audience",
  columns: [
    person("email", "email", { form: "meta_email" }),
    person("phone", "phone", { form: "meta_phone" }),
    person("fn", "given_name", { form: "meta_name" }),
    person("ln", "family_name", { form: "meta_name" }),
    person("ct", "city", { form: "meta_place" }),
    person("zip", "postcode", { form: "meta_postcode" }),
    person("country", "country", { form: "meta_country" }),
    person("dob", "birth_date", { form: "meta_birth_date" }),
    person("gen", "gender", { form: "meta_gender" }),
  ],
  takesFields: false,
  channel: "ads",
  needs: ["email", "phone"],
  extension: "csv",
});

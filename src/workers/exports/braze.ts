import { defineTemplate, person } from "./define.ts";

/** Braze: braze.com/docs/user_guide, “User import”; profiles are joined by external_id. */
export const braze = defineTemplate({
  name: "braze",
  title: "Braze",
  columns: [
    { header: "external_id", from: "profiles", column: "customer_id", kind: "text" },
    person("email", "email"),
    person("first_name", "given_name"),
    person("last_name", "family_name"),
    person("phone", "phone", { kind: "phone" }),
    person("country", "country", { form: "country_code" }),
    person("home_city", "city"),
    person("dob", "birth_date", { form: "day" }),
  ],
  takesFields: true,
  channel: "email",
  needs: ["email"],
  extension: "csv",
});

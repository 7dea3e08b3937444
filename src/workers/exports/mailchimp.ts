import { defineTemplate, person } from "./define.ts";

/** Mailchimp: mailchimp.com/help/format-guidelines-for-your-import-file. */
export const mailchimp = defineTemplate({
  name: "mailchimp",
  title: "Mailchimp",
  columns: [
    person("Email Address", "email"),
    person("First Name", "given_name"),
    person("Last Name", "family_name"),
    person("Phone Number", "phone", { kind: "phone" }),
  ],
  takesFields: true,
  channel: "email",
  needs: ["email"],
  extension: "csv",
});

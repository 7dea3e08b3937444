import { defineTemplate } from "./define.ts";

/** The plain list: as many rows as the segment reaches by e-mail. */
export const csv = defineTemplate({
  name: "csv",
  title: "Plain CSV",
  columns: [
    { header: "customer_id", from: "profiles", column: "customer_id", kind: "text" },
    { header: "email", from: "people", column: "email", kind: "text" },
    { header: "given_name", from: "people", column: "given_name", kind: "text" },
    { header: "family_name", from: "people", column: "family_name", kind: "text" },
  ],
  takesFields: true,
  channel: "email",
  needs: ["email"],
  extension: "csv",
});

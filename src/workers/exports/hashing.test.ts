import { describe, expect, it, test } from "vitest";
import { type CellForm, formed } from "./hashing.ts";
import { listTemplates } from "./list.ts";

// digests by sha256sum of the text in the comment
it.each<[CellForm, string, string]>([
  // anna.miller@example.com
  ["meta_email", " Anna.Miller@Example.COM ", "af9f988759d62223a524259cda9ae030712d8c2ce2dfe3a5af855d5ac44a950d"],
  ["google_email", " Anna.Miller@Example.COM ", "af9f988759d62223a524259cda9ae030712d8c2ce2dfe3a5af855d5ac44a950d"],
  // c.d+shop@gmail.com, and without its dots
  ["meta_email", "C.D+shop@Gmail.com", "99c76fb52cfd5391c444efae4a799bca5ff3b9f8312ca345580ab6777b3c12b6"],
  ["google_email", "C.D+shop@Gmail.com", "c9ced1d5662e54b7f1f86e1452799599c13bed5f4c347ae24ab17360e9721a1b"],
  // 442079460001 and +442079460001
  ["meta_phone", "+44 20 7946 0001", "5b1134f60fb03fb0922d0bdde149f980070d003048fb362933a3b536eb49fbae"],
  ["google_phone", "+44 20 7946 0001", "7e9de18ab6a36bbaf8bdd7ece0baf0c4ae7f0da10ea91eeb33c71469e649e1cc"],
  // oneill, o'neill, müller
  ["meta_name", " O'Neill ", "fa0fd24b2d0175a5c48e1b82f4d707a8a95f5279c4abdc43fa2f19d8e30eb47d"],
  ["google_name", " O'Neill ", "4897794243f02aab17572801e8e9629de1efcf107bcc8671f97aeb3d565b3d68"],
  ["meta_name", "MU\u0308LLER", "2dbd218072117713f2d5996a726a9b216ed791ffd0783b6ba4ab6d61b8333192"],
  // newyork, sw1a1aa, gb, f, 19900131
  ["meta_place", "New York", "350c754ba4d38897693aa077ef43072a859d23f613443133fecbbd90a3512ca5"],
  ["meta_postcode", "SW1A 1AA", "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614"],
  ["meta_country", "United Kingdom", "0b407281768f0e833afef47ed464b6571d01ca4d53c12ce5c51d1462f4ad6677"],
  ["meta_gender", "Female", "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"],
  ["meta_birth_date", "1990-01-31", "267b39628557f31a6766b3d7f8823978c276759be4a5c9c52bf868d802ba5a0d"],
  ["country_code", "germany", "DE"],
  ["country_code", "uk", "GB"],
  ["country_code", "Atlantis", ""],
  ["postcode", " SW1A 1AA ", "SW1A 1AA"],
])("%s of “%s”", (form, text, wanted) => {
  expect(formed(text, form)).toBe(wanted);
});

it("leaves a cell empty that can't have the form", () => {
  expect([formed("020 7946", "meta_phone"), formed("  ", "google_name"), formed("other", "meta_gender")]).toEqual([
    "",
    "",
    "",
  ]);
});

describe("a platform's template", () => {
  const byName = Object.fromEntries(listTemplates().templates.map((one) => [one.name, one]));

  test.each([
    ["klaviyo", ["Email", "First Name", "Last Name", "Phone Number"], "email"],
    ["mailchimp", ["Email Address", "First Name", "Last Name", "Phone Number"], "email"],
    ["braze", ["external_id", "email", "first_name", "last_name"], "email"],
    ["meta", ["email", "phone", "fn", "ln"], "ads"],
    ["google", ["Email", "Phone", "First Name", "Last Name", "Country", "Zip"], "ads"],
  ])("%s has the headers of its import page", (name, headers, channel) => {
    expect(byName[name]?.columns.slice(0, headers.length)).toEqual(headers);
    expect(byName[name]?.channel).toBe(channel);
  });
});

import fc from "fast-check";

/** The usual suite draws the same examples each time; `ASSAY_TEST_SEED=random` (as in `npm run test:slow`) draws new ones. */
const { ASSAY_TEST_SEED: named = "20260101" } = process.env;
if (named !== "random") fc.configureGlobal({ seed: Number(named) });

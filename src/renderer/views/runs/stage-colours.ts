/** One colour a stage, everywhere. */
export const stageColours: Readonly<Record<string, string>> = {
  landing: "--c2",
  lake: "--c2",
  identity: "--c4",
  customers: "--c1",
  features: "--c1",
  fits: "--c5",
  scores: "--c5",
  profiles: "--c3",
  evaluations: "--c6",
};

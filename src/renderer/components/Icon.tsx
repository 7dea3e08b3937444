const paths: Readonly<Record<string, string>> = {
  overview: "M2.5 2.5H7v5H2.5zM9 2.5h4.5v3H9zM9 7.5h4.5v6H9zM2.5 9.5H7v4H2.5z",
  customers:
    "M6 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM1.8 13.3c.3-2.3 2-3.6 4.2-3.6s3.9 1.3 4.2 3.6M10.8 3a2.3 2.3 0 0 1 0 4.4M12 9.9c1.3.5 2.1 1.7 2.3 3.4",
  lifecycle: "M13 6.5A5.3 5.3 0 0 0 3.4 5M3 2.6v2.6h2.6M3 9.5A5.3 5.3 0 0 0 12.6 11M13 13.4v-2.6h-2.6",
  preferences: "M8 13.3S2.2 9.9 2.2 6.1a2.9 2.9 0 0 1 5.8-.9 2.9 2.9 0 0 1 5.8.9c0 3.8-5.8 7.2-5.8 7.2z",
  segments: "M2.2 3h11.6L9.4 8.3v4.4l-2.8-1.4V8.3z",
  campaigns: "M14 2.2L1.8 7l4.4 1.8L8 13.8zM14 2.2L6.2 8.8",
  sources:
    "M8 6.3c3 0 5-.9 5-2.1S11 2.1 8 2.1 3 3 3 4.2s2 2.1 5 2.1zM3 4.2v7.5c0 1.2 2 2.1 5 2.1s5-.9 5-2.1V4.2M3 8c0 1.2 2 2.1 5 2.1s5-.9 5-2.1",
  models: "M9.6 2.7C7.9 2.2 7 3 6.7 4.7L5.2 12c-.3 1.4-1.1 2-2.4 1.6M3.8 6.6h4.8M9.4 8.6l4.2 4.8M13.6 8.6l-4.2 4.8",
  returns: "M2.5 6V3.5h11v9h-11v-2M8 3.5V7M5.5 8.2H1.5M3.3 6.2l-2 2 2 2",
  runs: "M1.8 9.5l3-3.5 3 4 2.5-5.5 3.9 5",
  sql: "M2 3h12v10H2zM4.5 6l2 2-2 2M8 10h3.5",
  settings:
    "M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6l1.4 1.4M11 11l1.4 1.4M12.4 3.6L11 5M5 11l-1.4 1.4",
  python: "M5.5 4L2 8l3.5 4M10.5 4L14 8l-3.5 4M9 2.5l-2 11",
  experiments: "M6 2.5h4M7 2.5v4L3.2 12.3a.9.9 0 0 0 .8 1.2h8a.9.9 0 0 0 .8-1.2L9 6.5v-4M4.8 10h6.4",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.4 3.4",
  fold: "M2.5 3h11v10h-11zM6.5 3v10",
  look: "M8 2.2a5.8 5.8 0 1 0 0 11.6 5.8 5.8 0 0 0 0-11.6zM8 2.2v11.6M8 5l4.8-1M8 8.5l5.7-1M8 12l4.3-1",
  table: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 3v10",
  chart: "M2.5 2.5v11h11M5.5 10.5v-3M8.5 10.5v-6M11.5 10.5v-4",
  calendar: "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v2.5M10.5 2v2.5",
  chevrons: "M5 6.2L8 3.2l3 3M5 9.8l3 3 3-3",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  download: "M8 2.5v7.5M4.8 7l3.2 3.2L11.2 7M2.5 13.5h11",
  folder: "M1.8 4h4l1.4 1.6h7v7.6H1.8z",
  shop: "M2 6.5l1.2-4h9.6l1.2 4M2 6.5c0 2 3 2 3 0 0 2 3 2 3 0 0 2 3 2 3 0 0 2 3 2 3 0M3 8v5.5h10V8M6.5 13.5v-3.5h3v3.5",
  server: "M2.5 2.8h11v4.4h-11zM2.5 8.8h11v4.4h-11zM4.8 5h.1M4.8 11h.1",
  drop: "M4 6V2h5.5L13 5.5V14H7M9.5 2v3.5H13M2 11h6M5.5 8.5L8 11l-2.5 2.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  undo: "M5 3L2.2 5.8 5 8.6M2.5 5.8h7a4 4 0 0 1 0 8H6",
  check: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.4 8.2l1.8 1.8 3.4-3.8",
  warn: "M8 2.5l6 10.8H2zM8 6.5v3M8 11.4v.1",
  bad: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
  none: "M4 4l8 8M12 4l-8 8",
  half: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 2.2v11.6M8 5.2h5M8 8h5.8M8 10.8h5",
  waiting:
    "M8 2.2a5.8 5.8 0 0 1 2.5.6M12.3 4.1a5.8 5.8 0 0 1 1.3 2.3M13.7 9.2a5.8 5.8 0 0 1-1.1 2.4M10.6 13.2a5.8 5.8 0 0 1-2.6.6M5.4 13.2a5.8 5.8 0 0 1-2.1-1.9M2.2 8.8a5.8 5.8 0 0 1 .5-3M4 3.8A5.8 5.8 0 0 1 6 2.5",
  running: "M4.5 2.8l8 5.2-8 5.2z",
};

/** Thin, sixteen pixels, in the colour of the text around it. */
export function Icon({ name }: { name: string }) {
  return (
    <svg
      className="icon"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d={paths[name] ?? ""} />
    </svg>
  );
}

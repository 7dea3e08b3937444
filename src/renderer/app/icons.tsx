const paths: Readonly<Record<string, string>> = {
  overview: "M2.5 2.5h4.5v5H2.5zM9 2.5h4.5v3H9zM9 7.5h4.5v6H9zM2.5 9.5h4.5v4H2.5z",
  customers:
    "M6 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM1.8 13.3c.3-2.3 2-3.6 4.2-3.6s3.9 1.3 4.2 3.6M10.8 3a2.3 2.3 0 0 1 0 4.4M12 9.9c1.3.5 2.1 1.7 2.3 3.4",
  lifecycle: "M13 6.5A5.3 5.3 0 0 0 3.4 5M3 2.6V5.2h2.6M3 9.5A5.3 5.3 0 0 0 12.6 11M13 13.4v-2.6h-2.6",
  segments: "M2.2 3h11.6L9.4 8.3v4.4l-2.8-1.4v-3z",
  sources:
    "M8 6.3c3 0 5-.9 5-2.1S11 2.1 8 2.1 3 3 3 4.200 5 6.3 8 6.3zM3 4.2v7.500c0 1.200 2 2.100 5 2.100s5-.9 5-2.100V4.200M3 8c0 1.200 2 2.100 5 2.100S13 9.200 13 8",
  runs: "M1.800 9.500l3-3.500 3 4 2.500-5.500 3.900 5",
  search: "M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.300 10.300l3.400 3.400",
  fold: "M2.500 3h11v10h-11zM6.500 3v10",
  look: "M8 2.200a5.800 5.800 0 1 0 0 11.600zM8 2.200v11.600M8 2.200a5.800 5.800 0 0 1 0 11.600",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
      style={{ flex: "none" }}
    >
      <path d={paths[name] ?? ""} />
    </svg>
  );
}

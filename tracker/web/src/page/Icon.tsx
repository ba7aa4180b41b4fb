/** The page's few pictures, drawn in the colour of the text around them; what they mean is said beside them. */

const PATHS = {
  aircraft: "M12 2 10.2 9 2 14v2l8-2.2.4 5L8 20.8V22l4-1 4 1v-1.2l-2.4-2 .4-5L22 16v-2l-8.2-5Z",
  search: "M10.5 3a7.5 7.5 0 1 1-4.7 13.3A7.5 7.5 0 0 1 10.5 3Zm0 2a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm5.6 9.7 5 5-1.4 1.4-5-5Z",
  filter: "M3 5h18v2H3Zm4 6h10v2H7Zm3 6h4v2h-4Z",
  help: "M11 17h2v2h-2Zm1-13a5 5 0 0 1 5 5c0 2-1.3 3-2.4 3.8-1 .8-1.6 1.2-1.6 2.2h-2c0-2 1.3-3 2.4-3.8C14.4 10.4 15 10 15 9a3 3 0 0 0-6 0H7a5 5 0 0 1 5-5Z",
  close: "m6.4 5 5.6 5.6L17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4Z",
  list: "M4 6h2v2H4Zm4 0h12v2H8Zm-4 5h2v2H4Zm4 0h12v2H8Zm-4 5h2v2H4Zm4 0h12v2H8Z",
  follow: "M11 2h2v3.1A7 7 0 0 1 18.9 11H22v2h-3.1A7 7 0 0 1 13 18.9V22h-2v-3.1A7 7 0 0 1 5.1 13H2v-2h3.1A7 7 0 0 1 11 5.1Zm1 5a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  centre: "M4 4h6v2H6v4H4Zm10 0h6v6h-2V6h-4ZM4 14h2v4h4v2H4Zm14 0h2v6h-6v-2h4Zm-6-4a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  twice: "M12 3 1.5 21h21Zm0 4 7 12H5Zm-1 4v4h2v-4Zm0 5v2h2v-2Z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}

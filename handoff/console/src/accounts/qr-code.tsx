// A QR code, drawn. A script of its own: it is wanted once, by who sets up a second factor.

import qrcode from "qrcode-generator";

/** Light modules on each side, by ISO/IEC 18004: without them a camera finds no edge. */
const quiet = 4;

/** The dark modules as a path, a rectangle for each run of a row, and how many modules a side has. */
export function qrPath(text: string): { path: string; side: number } {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const side = code.getModuleCount();
  let path = "";
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let run = 0;
      while (x + run < side && code.isDark(y, x + run)) run++;
      if (run > 0) path += `M${x} ${y}h${run}v1h-${run}z`;
      x += run;
    }
  }
  return { path, side };
}

/** Dark on light whatever the page's colours are: many apps read no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, side } = qrPath(text);
  const all = side + 2 * quiet;
  return (
    <svg
      class="ks-qr"
      role="img"
      aria-label={label}
      viewBox={`${-quiet} ${-quiet} ${all} ${all}`}
      shape-rendering="crispEdges"
      data-testid="qr"
    >
      <rect x={-quiet} y={-quiet} width={all} height={all} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

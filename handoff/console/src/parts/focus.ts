// Where the focus goes once something has been done.

import { takesLetters } from "../shortcuts/keys";

/** To where the work goes on, unless somebody began to write elsewhere while the answer was on its way. */
export function handFocusTo(place: HTMLElement | null): void {
  if (takesLetters(document.activeElement) && document.activeElement !== place) return;
  place?.focus();
}

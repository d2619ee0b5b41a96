// What residents wrote, shown beside the item that is edited because of it. It is only there to be
// read: X forbids training on it, so nothing of it gets into an example by itself. Nothing keeps it
// either, not even this browser.

import { TheirWords } from "../parts/words";
import { hrefOfPlace, type KnowledgePlace } from "./place";

export interface Beside {
  /** of the page that it is for */
  href: string;
  title: string;
  texts: readonly string[];
}

/** A new item has another address once it is saved. */
export function isBeside({ href }: Beside, place: KnowledgePlace): boolean {
  const isNew = /^#\/knowledge\/new\//.test(href);
  return href === hrefOfPlace(place) || (isNew && place.page === "item");
}

export function BesideTexts({ beside }: { beside: Beside }) {
  return (
    <aside class="ks-beside" aria-labelledby="beside" data-testid="beside">
      <h2 class="govuk-heading-s" id="beside">
        {beside.title}
      </h2>
      <p class="govuk-hint">
        To be read, not copied: X forbids training on what people write there. Say it in your own
        words.
      </p>
      {beside.texts.map((text, n) => (
        <TheirWords key={n} text={text} />
      ))}
    </aside>
  );
}

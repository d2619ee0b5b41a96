// Ready words for a reply: what Kerbside suggests, what the council keeps for such cases, and links.

import { useId, useState } from "preact/hooks";
import { Disclosure } from "../parts/disclosure";
import type { Canned, Link, Suggestion } from "../types";

export interface InsertProps {
  suggestions: readonly Suggestion[];
  canned: readonly Canned[];
  links: readonly Link[];
  onInsert: (words: string) => void;
}

/** From here on a list is easier searched than read. */
const many = 8;

/** Those of which the title or the address has all of these words. */
export function linksFound(links: readonly Link[], sought: string): Link[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  return links.filter(({ title, url }) => {
    const said = `${title} ${url}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** The wording with its link at the end, unless it is in there. */
export function suggestedText({ text, link }: Pick<Suggestion, "text" | "link">): string {
  return link && !text.includes(link) ? `${text} ${link}` : text;
}

export function Insert({ suggestions, canned, links, onInsert }: InsertProps) {
  const [open, setOpen] = useState(false);
  if (suggestions.length + canned.length + links.length === 0) return null;

  function insert(words: string) {
    setOpen(false);
    onInsert(words);
  }

  return (
    <Disclosure label="Insert" open={open} onToggle={setOpen} testId="insert">
      <Ready
        title="Suggested replies"
        items={suggestions.map((one) => ({ title: one.title, words: suggestedText(one) }))}
        onInsert={insert}
      />
      <Ready
        title="Ready-made replies"
        items={canned.map(({ title, text }) => ({ title, words: text }))}
        onInsert={insert}
      />
      <Links links={links} onInsert={insert} />
    </Disclosure>
  );
}

interface ReadyProps {
  title: string;
  items: readonly { title: string; words: string }[];
  onInsert: (words: string) => void;
}

function Ready({ title, items, onInsert }: ReadyProps) {
  const heading = useId();
  if (items.length === 0) return null;
  return (
    <section aria-labelledby={heading}>
      <h3 class="govuk-heading-s" id={heading}>
        {title}
      </h3>
      <ul class="govuk-list ks-insert__list">
        {items.map((one, i) => (
          <li key={i}>
            <button
              type="button"
              class="ks-plain-button"
              onClick={() => onInsert(one.words)}
              data-testid="insert-words"
            >
              {one.title}
            </button>
            <span class="ks-words ks-insert__words">{one.words}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Links({ links, onInsert }: Pick<InsertProps, "links" | "onInsert">) {
  const heading = useId();
  const [sought, setSought] = useState("");
  if (links.length === 0) return null;
  const found = linksFound(links, sought);
  return (
    <section aria-labelledby={heading}>
      <h3 class="govuk-heading-s" id={heading}>
        Links
      </h3>
      {links.length > many && (
        <div class="govuk-form-group">
          <label class="govuk-label" for="insert-sought">
            Find a link
          </label>
          <input
            class="govuk-input"
            id="insert-sought"
            type="search"
            autocomplete="off"
            value={sought}
            onInput={(event) => setSought(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
            data-testid="insert-sought"
          />
          <p class="govuk-visually-hidden" aria-live="polite">
            {sought && `${found.length} found`}
          </p>
        </div>
      )}
      <ul class="govuk-list ks-insert__list ks-insert__list--links">
        {found.map(({ title, url }) => (
          <li key={url}>
            <button
              type="button"
              class="ks-plain-button"
              onClick={() => onInsert(url)}
              data-testid="insert-link"
            >
              {title}
            </button>
            <span class="ks-quiet ks-insert__words">{url}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="govuk-body-s">No link has these words.</p>}
    </section>
  );
}

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

/** From here on words are found faster than read. */
const many = 8;

/** Something to be inserted, and what it is called. */
export interface ReadyWords {
  title: string;
  words: string;
}

/** Those of which the title or the words have all that is sought. */
export function readyFound(items: readonly ReadyWords[], sought: string): ReadyWords[] {
  const parts = sought.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ title, words }) => {
    const said = `${title} ${words}`.toLowerCase();
    return parts.every((part) => said.includes(part));
  });
}

/** The wording with its link at the end, unless it is in there. */
export function suggestedText({ text, link }: Pick<Suggestion, "text" | "link">): string {
  return link && !text.includes(link) ? `${text} ${link}` : text;
}

function readyOf(one: Suggestion): ReadyWords {
  const title = one.would ? `${one.title} (what Kerbside would have said)` : one.title;
  return { title, words: suggestedText(one) };
}

export function Insert({ suggestions, canned, links, onInsert }: InsertProps) {
  const [open, setOpen] = useState(false);
  const [sought, setSought] = useState("");
  const groups: [string, ReadyWords[]][] = [
    ["Suggested replies", suggestions.map(readyOf)],
    ["Ready-made replies", canned.map(({ title, text }) => ({ title, words: text }))],
    ["Links", links.map(({ title, url }) => ({ title, words: url }))],
  ];
  const all = groups.flatMap(([, items]) => items).length;
  if (all === 0) return null;
  const found = groups.map(([title, items]) => [title, readyFound(items, sought)] as const);
  const count = found.flatMap(([, items]) => items).length;

  function toggle(now: boolean) {
    setOpen(now);
    setSought("");
  }
  function insert(words: string) {
    toggle(false);
    onInsert(words);
  }

  return (
    <Disclosure label="Insert" open={open} onToggle={toggle} testId="insert">
      {all > many && <Find sought={sought} count={count} onChange={setSought} />}
      {found.map(([title, items]) => (
        <Ready key={title} title={title} items={items} onInsert={insert} />
      ))}
      {count === 0 && <p class="govuk-body-s">Nothing here has these words.</p>}
    </Disclosure>
  );
}

interface FindProps {
  sought: string;
  count: number;
  onChange: (sought: string) => void;
}

function Find({ sought, count, onChange }: FindProps) {
  return (
    <div class="govuk-form-group">
      <label class="govuk-label" for="insert-sought">
        Find a reply or a link
      </label>
      <input
        class="govuk-input"
        id="insert-sought"
        type="search"
        autocomplete="off"
        value={sought}
        onInput={(event) => onChange(event.currentTarget.value)}
        // Enter would send the reply that it stands in.
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        data-testid="insert-sought"
      />
      <p class="govuk-visually-hidden" aria-live="polite">
        {sought && `${count} found`}
      </p>
    </div>
  );
}

interface ReadyProps {
  title: string;
  items: readonly ReadyWords[];
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

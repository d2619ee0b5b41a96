// Ready words for a reply: what Kerbside suggests, what the council keeps for such cases, and links.

import { useEffect, useRef, useState } from "preact/hooks";
import { Disclosure } from "../parts/disclosure";
import type { Canned, Link, Suggestion } from "../types";

export interface InsertProps {
  /** nothing is suggested about what is sensitive */
  sensitive: boolean;
  suggestions: readonly Suggestion[];
  canned: readonly Canned[];
  links: readonly Link[];
  onInsert: (words: string) => void;
}

/** What can be looked over; beyond it words are found faster than read. */
const shownAtFirst = 8;

/** Something to be inserted, and what it is called. */
export interface ReadyWords {
  kind: string;
  title: string;
  words: string;
}

/** Those of which the title or the words have all that is sought, those called so first. */
export function readyFound(items: readonly ReadyWords[], sought: string): ReadyWords[] {
  const parts = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (said: string) => parts.every((part) => said.toLowerCase().includes(part));
  const called = items.filter(({ title }) => has(title));
  const others = items.filter(({ title, words }) => !has(title) && has(`${title} ${words}`));
  return [...called, ...others];
}

/** The wording with its link at the end, unless it is in there. */
export function suggestedText({ text, link }: Pick<Suggestion, "text" | "link">): string {
  return link && !text.includes(link) ? `${text} ${link}` : text;
}

/** All that can be inserted: what is likeliest wanted first. */
export function readyWords(
  ready: Pick<InsertProps, "suggestions" | "canned" | "links">,
): ReadyWords[] {
  return [
    ...ready.suggestions.map((one) => ({
      kind: one.would ? "What Kerbside would have said" : "Suggested reply",
      title: one.title,
      words: suggestedText(one),
    })),
    ...ready.canned.map(({ title, text }) => ({ kind: "Ready-made reply", title, words: text })),
    ...ready.links.map(({ title, url }) => ({ kind: "Link", title, words: url })),
  ];
}

export function Insert(props: InsertProps) {
  const [open, setOpen] = useState(false);
  function insert(words: string) {
    setOpen(false);
    props.onInsert(words);
  }
  return (
    <Disclosure label="Insert" open={open} onToggle={setOpen} testId="insert">
      <Panel {...props} onInsert={insert} />
    </Disclosure>
  );
}

/** Up and down go from the field through the list, as in every list that one types above. */
function useArrows() {
  const panel = useRef<HTMLDivElement>(null);
  function move(event: KeyboardEvent) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [...(panel.current?.querySelectorAll<HTMLElement>(".ks-insert__stop") ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }
  return { panel, move };
}

function Panel(props: InsertProps) {
  const { suggestions, sensitive, onInsert } = props;
  const [sought, setSought] = useState("");
  const [all, setAll] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const { panel, move } = useArrows();
  const found = readyFound(readyWords(props), sought);
  const shown = all ? found : found.slice(0, shownAtFirst);

  // The button that showed all has gone: the focus goes to the first that is new.
  useEffect(() => {
    if (all) panel.current?.querySelectorAll<HTMLElement>(".ks-insert__take")[shownAtFirst]?.focus();
  }, [all]);

  // On a telephone its keyboard would cover what is offered.
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, []);

  function takeFirst(event: KeyboardEvent) {
    if (event.key !== "Enter") return;
    event.preventDefault(); // the field stands in the reply's own form
    const [first] = found;
    if (sought.trim() && first) onInsert(first.words);
  }

  return (
    <div ref={panel} onKeyDown={move}>
      <div class="govuk-form-group ks-insert__field">
        <label class="govuk-label" for="insert-sought">
          Find a reply or a link
        </label>
        <p class="govuk-hint" id="insert-hint">
          Enter takes the first that is found, Escape goes back.
        </p>
        <input
          class="govuk-input ks-insert__stop"
          id="insert-sought"
          type="search"
          autocomplete="off"
          aria-describedby="insert-hint"
          ref={field}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
          onKeyDown={takeFirst}
          data-testid="insert-sought"
        />
        <p class="govuk-visually-hidden" aria-live="polite">
          {sought.trim() && `${found.length} found`}
        </p>
      </div>
      {suggestions.length === 0 && !sought.trim() && (
        <p class="govuk-body-s ks-quiet" data-testid="no-suggestion">
          {sensitive
            ? "Nothing is suggested for what is sensitive: your own words are better."
            : "Kerbside has no suggestion for this one: it isn't sure enough what it is about."}
        </p>
      )}
      {found.length === 0 && <p class="govuk-body-s">Nothing here has these words.</p>}
      <ul class="govuk-list ks-insert__list">
        {shown.map((one, i) => (
          <li key={i} class="ks-insert__one">
            <button
              type="button"
              class="ks-plain-button ks-insert__stop ks-insert__take"
              onClick={() => onInsert(one.words)}
              data-testid="insert-words"
            >
              {one.title}
            </button>
            <span class="ks-quiet ks-insert__kind">{one.kind}</span>
            <span class="ks-words ks-insert__words">{one.words}</span>
          </li>
        ))}
      </ul>
      {shown.length < found.length && (
        <button
          type="button"
          class="ks-plain-button ks-insert__stop"
          onClick={() => setAll(true)}
          data-testid="insert-all"
        >
          Show all {found.length}
        </button>
      )}
    </div>
  );
}

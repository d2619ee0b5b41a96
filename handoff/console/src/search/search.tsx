// Search over everything that was said: messages, replies, notes, names and references.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Ask } from "../commands";
import { At, TheirWords } from "../parts/words";
import { hrefOf } from "../route";
import { MoreOf, useFocusOnNew } from "../trays/tray";
import { usePages } from "../trays/use-pages";
import type { Desk, Found } from "../types";
import { referenceWords } from "../words";

export interface SearchViewProps {
  text: string;
  desk: Pick<Desk, "reference_prefix">;
  ask: Ask;
  connected: boolean;
  resets: number;
  announce: (text: string) => void;
}

const stateWords = { open: "waiting", claimed: "somebody has it", closed: "closed" };

/** A message, our answer to it and a note on it are found each for itself. */
function keyOfFound({ message, who, at }: Found): string {
  return `${message} ${at} ${who}`;
}

export function SearchView(props: SearchViewProps) {
  const { text, desk, ask, connected, resets, announce } = props;
  const list = useRef<HTMLOListElement>(null);
  const pages = usePages<Found>({
    ask,
    connected,
    resets,
    which: text,
    question: text.trim() ? (before) => ({ type: "search", text, before }) : null,
    pageOf: (answer) => (answer.type === "found" ? answer : null),
    keyOf: keyOfFound,
  });
  useFocusOnNew(list, pages);

  const found = pages.items.length;
  useEffect(() => {
    if (!pages.loaded || pages.newFrom !== null) return;
    announce(found === 0 ? "Nothing was found." : `${found}${pages.next ? " or more" : ""} found.`);
  }, [pages.loaded, pages.newFrom, text]);

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Search
      </h1>
      <SearchForm id="search-again" name="Search again" text={text} />
      {pages.loaded && found === 0 && <NothingFound text={text} />}
      {!text.trim() && <HowToSearch />}
      <ol class="ks-rows" data-testid="found" ref={list}>
        {pages.items.map((one) => (
          <li class="ks-row ks-tray__row" key={keyOfFound(one)} data-testid="found-row">
            <FoundRow one={one} prefix={desk.reference_prefix} />
          </li>
        ))}
      </ol>
      <MoreOf pages={pages} />
    </>
  );
}

function FoundRow({ one, prefix }: { one: Found; prefix: string }) {
  return (
    <>
      <h2 class="govuk-heading-s ks-tray__who" tabIndex={-1}>
        {one.case === null ? (
          <bdi>{one.who}</bdi>
        ) : (
          <a class="govuk-link" href={`#/case/${one.case}`}>
            Case {one.case}: <bdi>{one.who}</bdi>
          </a>
        )}
      </h2>
      <TheirWords text={one.text} spans={one.spans} />
      <ul class="ks-facts">
        <li>
          <At at={one.at} />
        </li>
        <li>{one.state ? stateWords[one.state] : "not a case"}</li>
        {one.reference && <li>Reference {referenceWords(prefix, one.reference)}</li>}
      </ul>
    </>
  );
}

function NothingFound({ text }: { text: string }) {
  return (
    <>
      <p class="govuk-body" data-testid="nothing-found">
        Nothing has all of these words: <bdi>“{text}”</bdi>.
      </p>
      <HowToSearch />
    </>
  );
}

function HowToSearch() {
  return (
    <ul class="govuk-list govuk-list--bullet">
      <li>Fewer words find more: everything that is found has all of them.</li>
      <li>Residents' and our own words, notes, names, handles and references are searched.</li>
      <li>Words are erased when they're older than the council keeps them, or taken back.</li>
    </ul>
  );
}

/** The field in the header and that of the page. */
export function SearchForm({ id, text, name }: { id: string; text: string; name: string }) {
  const field = useRef<HTMLInputElement>(null);
  // Not the input's value: whatever else is drawn anew would take away what is being written.
  useLayoutEffect(() => {
    if (field.current) field.current.value = text;
  }, [text]);
  function submit(event: Event) {
    event.preventDefault();
    const wanted = field.current?.value.trim();
    if (wanted) location.hash = hrefOf({ view: "search", text: wanted });
    else field.current?.focus();
  }
  return (
    <form class="ks-search" role="search" aria-label={name} onSubmit={submit}>
      <label class="govuk-visually-hidden" for={id}>
        Search messages, notes, names and references
      </label>
      <input
        class="govuk-input ks-search__text"
        id={id}
        ref={field}
        type="search"
        maxLength={200}
        data-testid={id}
      />
      <button type="submit" class="govuk-button govuk-button--secondary ks-search__go">
        Search
      </button>
    </form>
  );
}

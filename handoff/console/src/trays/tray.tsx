// A tray: a paged list of what isn't in the queue. It doesn't change under its reader: what is new
// is offered, not pushed in.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { runCommand, type Ask } from "../commands";
import { useEvents } from "../events";
import { Problem } from "../parts/problem";
import type { Command, EventFrame, Tray, TrayItems } from "../types";
import { comesInto, type Page } from "./pages";
import { usePages, type UsedPages } from "./use-pages";

export interface TrayViewProps {
  ask: Ask;
  connected: boolean;
  /** how often everything was fetched again, since events were missed */
  resets: number;
  announce: (text: string) => void;
}

interface TrayPageProps<T extends Tray> extends TrayViewProps {
  tray: T;
  title: string;
  intro: string;
  empty: string;
  keyOf: (item: TrayItems[T]) => number;
  /** which item an event takes out of the tray */
  goneWith?: (event: EventFrame) => number | undefined;
  /** what is done to an item takes it out of the tray, if it worked */
  row: (
    item: TrayItems[T],
    act: (command: Command, said: string) => void,
    busy: boolean,
  ) => ComponentChildren;
}

export function TrayPage<T extends Tray>(props: TrayPageProps<T>) {
  const { tray, ask, connected, resets, announce, keyOf, row } = props;
  const list = useRef<HTMLOListElement>(null);
  const [fresh, setFresh] = useState(0);
  const [busy, setBusy] = useState<number | null>(null);
  const [problem, setProblem] = useState<{ key: number; text: string } | null>(null);
  const pages = usePages<TrayItems[T]>({
    ask,
    connected,
    resets,
    which: tray,
    question: (before) => ({ type: "list", tray, before }),
    pageOf: (answer) =>
      answer.type === "list" && answer.tray === tray
        ? (answer as unknown as Page<TrayItems[T]>)
        : null,
    keyOf,
  });
  useEvents((event) => {
    const gone = props.goneWith?.(event);
    if (gone !== undefined) pages.remove(gone);
    if (!comesInto(tray, event)) return;
    if (pages.loaded && pages.items.length === 0) pages.refresh(); // nobody is reading there
    else setFresh((before) => before + 1);
  });
  useFocusOnNew(list, pages);

  function showFresh() {
    setFresh(0);
    pages.refresh();
    document.querySelector<HTMLElement>("main h1")?.focus();
  }

  async function act(item: TrayItems[T], command: Command, said: string) {
    if (busy !== null) return;
    const key = keyOf(item);
    setBusy(key);
    setProblem(null);
    const done = await runCommand(ask, command);
    setBusy(null);
    if (!done.ok) {
      setProblem({ key, text: done.text });
      return;
    }
    const at = pages.items.findIndex((one) => keyOf(one) === key);
    const next = pages.items[at + 1] ?? pages.items[at - 1];
    pages.remove(key);
    announce(said);
    focusOn(next && list.current?.querySelector(`[data-key="${keyOf(next)}"]`));
  }

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        {props.title}
      </h1>
      <p class="govuk-body">{props.intro}</p>
      {fresh > 0 && (
        <div class="ks-fresh">
          <button
            type="button"
            class="govuk-button ks-fresh__button"
            onClick={showFresh}
            data-testid="fresh"
          >
            {fresh} new: show
          </button>
        </div>
      )}
      {pages.loaded && pages.items.length === 0 && <p class="govuk-body">{props.empty}</p>}
      <ol class="ks-rows" data-testid={tray} ref={list}>
        {pages.items.map((item) => {
          const key = keyOf(item);
          return (
            <li class="ks-row ks-tray__row" key={key} data-key={key} data-testid={`${tray}-row`}>
              {row(item, (command, said) => void act(item, command, said), busy === key)}
              {problem?.key === key && <Problem text={problem.text} />}
            </li>
          );
        })}
      </ol>
      <MoreOf pages={pages} />
    </>
  );
}

/** The link or heading of an item; the heading of the page, when there is none. */
function focusOn(item: Element | null | undefined): void {
  const place = item?.querySelector<HTMLElement>("h2 a, h2");
  (place ?? document.querySelector<HTMLElement>("main h1"))?.focus();
}

/** After "Show more" the reading goes on at the first item that is new. */
export function useFocusOnNew<T>(
  list: { readonly current: HTMLElement | null },
  pages: UsedPages<T>,
): void {
  useLayoutEffect(() => {
    if (pages.newFrom !== null) focusOn(list.current?.children[pages.newFrom]);
  }, [pages.newFrom]);
}

export function MoreOf<T>({ pages }: { pages: UsedPages<T> }) {
  return (
    <>
      {pages.problem && (
        <>
          <Problem title="The list can't be shown" text={pages.problem} />
          {!pages.loaded && (
            <button
              type="button"
              class="govuk-button govuk-button--secondary"
              onClick={pages.refresh}
            >
              Try again
            </button>
          )}
        </>
      )}
      {pages.asking && !pages.loaded && <p class="govuk-body">Fetching the list…</p>}
      {pages.next !== null && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          aria-disabled={pages.asking}
          onClick={pages.more}
          data-testid="show-more"
        >
          {pages.asking ? "Fetching…" : "Show more"}
        </button>
      )}
    </>
  );
}

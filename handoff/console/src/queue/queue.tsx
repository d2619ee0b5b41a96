// Lists of cases: the queue, mine, and what waits for an approval.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { runOnCase } from "../commands";
import type { Ask } from "../commands";
import { Problem } from "../parts/problem";
import { presenceWords } from "../presence/presence";
import { inLists } from "../shortcuts/names";
import { useShortcut } from "../shortcuts/use-shortcut";
import type { State } from "../state";
import type { Case } from "../types";
import { casesWords } from "../words";
import { BulkActions } from "./bulk-actions";
import { queryOf, type Filter } from "./filter";
import { Filters } from "./filters";
import { freshWords, heldRows } from "./held";
import { CaseRow } from "./row";

export interface Selection {
  ids: ReadonlySet<number>;
  set: (ids: ReadonlySet<number>) => void;
}

export interface CaseListProps {
  title: string;
  testId: string;
  /** what a list without cases says */
  empty: string;
  /** in their order */
  cases: readonly Case[];
  state: State;
  ask: Ask;
  announce: (text: string) => void;
  selection: Selection;
  /** missing: this list isn't filtered */
  filtering?: {
    filter: Filter;
    /** the whole list, of which `cases` are those that pass */
    all: readonly Case[];
    onChange: (filter: Filter) => void;
  };
}

/** So many rows are made at once: thousands would hold up every key that is pressed. */
const rowsAtOnce = 100;
/** Whoever moved the pointer over the list so lately is about to press something. */
const handOnMs = 5_000;

function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-case-id]") ?? null;
}

function linkIn(row: Element | null | undefined): HTMLElement | null {
  return row?.querySelector<HTMLElement>(".ks-row__link") ?? null;
}

/** The rows as they are to be shown, and what lets the new ones in. */
function useHeldRows(cases: readonly Case[], state: State, which: string, selecting: boolean) {
  const list = useRef<HTMLOListElement>(null);
  const handOnAt = useRef(-Infinity);
  const held = useRef<{ which: string; ids: number[] }>({ which, ids: [] });
  const [turn, setTurn] = useState(0);

  function isRead(): boolean {
    const rows = list.current;
    if (!rows || held.current.ids.length === 0 || held.current.which !== which) return false;
    const handOn = performance.now() - handOnAt.current < handOnMs;
    return (
      selecting ||
      handOn ||
      rows.contains(document.activeElement) ||
      rows.getBoundingClientRect().top < 0
    );
  }
  if (!isRead()) held.current = { which, ids: cases.map(({ id }) => id) };

  function letIn() {
    held.current = { which, ids: cases.map(({ id }) => id) };
    setTurn(turn + 1);
  }
  useLayoutEffect(() => {
    if (turn > 0) linkIn(list.current?.firstElementChild)?.focus();
  }, [turn]);
  function handOn() {
    handOnAt.current = performance.now();
  }
  return { list, letIn, handOn, ...heldRows(held.current.ids, cases, state.cases) };
}

export function CaseList(props: CaseListProps) {
  const { title, testId, empty, cases, state, ask, announce, selection, filtering } = props;
  const { staff, may, people, mentions, loaded } = state;
  const [most, setMost] = useState(rowsAtOnce);
  const [problem, setProblem] = useState<string | null>(null);
  const query = filtering ? queryOf(filtering.filter) : "";
  const selecting = selection.ids.size > 0;
  const { list, letIn, handOn, rows, fresh, moved } = useHeldRows(cases, state, query, selecting);
  const shown = rows.slice(0, most);
  const several = useMemo(() => new Set(rows.map((one) => one.account)).size > 1, [rows]);
  const selected = useMemo(
    () => [...selection.ids].flatMap((id) => state.cases.get(id) ?? []),
    [selection.ids, state.cases],
  );

  // What was filtered is counted aloud; the first list of a view has its heading read instead.
  const queryBefore = useRef(query);
  useEffect(() => {
    if (queryBefore.current === query) return;
    queryBefore.current = query;
    announce(`${casesWords(cases.length)} shown.`);
  }, [query]);

  // After "Show more" the focus goes to the first that is new.
  const mostBefore = useRef(most);
  useLayoutEffect(() => {
    if (most > mostBefore.current) linkIn(list.current?.children[mostBefore.current])?.focus();
    mostBefore.current = most;
  }, [most]);

  function step(by: 1 | -1) {
    const row = currentRow();
    const links = [...(list.current?.querySelectorAll<HTMLElement>(".ks-row__link") ?? [])];
    const at = row ? links.findIndex((link) => row.contains(link)) + by : 0;
    links[Math.max(0, Math.min(at, links.length - 1))]?.focus();
  }
  function select(id: number, on: boolean) {
    const ids = new Set(selection.ids);
    if (on) ids.add(id);
    else ids.delete(id);
    selection.set(ids);
  }
  function current(): Case | undefined {
    return state.cases.get(Number(currentRow()?.dataset["caseId"]));
  }
  async function claimCurrent() {
    const one = current();
    if (!one) return;
    setProblem(null);
    const done = await runOnCase(ask, { type: "claim", case: one.id, version: one.version }, one);
    if (done.ok) announce(`Case ${one.id} is yours.`);
    else setProblem(done.text);
  }
  function selectCurrent() {
    const one = current();
    if (one) select(one.id, !selection.ids.has(one.id));
  }

  const maySelect = may.has("claim");
  useShortcut(...inLists.next, () => step(1));
  useShortcut(...inLists.previous, () => step(-1));
  useShortcut(...inLists.open, () => linkIn(currentRow())?.click());
  useShortcut(...inLists.claim, maySelect ? () => void claimCurrent() : null);
  useShortcut(...inLists.select, maySelect ? selectCurrent : null);

  const allShown = shown.length > 0 && shown.every(({ id }) => selection.ids.has(id));
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        {title}
      </h1>
      <div class="ks-list-tools">
        {filtering && loaded && (
          <Filters
            filter={filtering.filter}
            cases={filtering.all}
            teams={state.desk.teams}
            accounts={state.desk.accounts}
            shown={cases.length}
            onChange={filtering.onChange}
          />
        )}
        {maySelect && rows.length > 0 && (
          <SelectAll
            count={shown.length}
            checked={allShown}
            onChange={() => selection.set(new Set(allShown ? [] : shown.map(({ id }) => id)))}
          />
        )}
      </div>
      {problem && <Problem text={problem} />}
      {rows.length === 0 && fresh.length === 0 && (
        <p class="govuk-body">
          {!loaded ? "Fetching the cases…" : query ? "No case is like that just now." : empty}
        </p>
      )}
      {(fresh.length > 0 || moved) && (
        <div class="ks-fresh">
          <button
            type="button"
            class="govuk-button ks-fresh__button"
            onClick={letIn}
            data-testid="fresh"
          >
            {fresh.length > 0 ? `${freshWords(fresh)}: show` : "Put the list in order again"}
          </button>
        </div>
      )}
      {maySelect && (
        <BulkActions
          cases={selected}
          state={state}
          ask={ask}
          announce={announce}
          onSelect={(ids) => selection.set(new Set(ids))}
        />
      )}
      <ol
        class="ks-rows"
        data-testid={testId}
        ref={list}
        onPointerMove={handOn}
        onPointerDown={handOn}
      >
        {shown.map((one) => (
          <CaseRow
            key={one.id}
            one={one}
            staffId={staff?.id}
            several={several}
            named={mentions.has(one.id)}
            presence={presenceWords(people, one.id, staff?.id)}
            selected={selection.ids.has(one.id)}
            onSelect={maySelect ? (on) => select(one.id, on) : undefined}
          />
        ))}
      </ol>
      {rows.length > most && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          onClick={() => setMost(most + rowsAtOnce)}
          data-testid="show-more"
        >
          Show more: {rows.length - most} below
        </button>
      )}
    </>
  );
}

interface SelectAllProps {
  count: number;
  checked: boolean;
  onChange: () => void;
}

function SelectAll({ count, checked, onChange }: SelectAllProps) {
  return (
    <div class="govuk-checkboxes govuk-checkboxes--small ks-select-all">
      <div class="govuk-checkboxes__item">
        <input
          class="govuk-checkboxes__input"
          id="select-all"
          type="checkbox"
          checked={checked}
          onChange={onChange}
          data-testid="select-all"
        />
        <label class="govuk-label govuk-checkboxes__label" for="select-all">
          Select {count === 1 ? "it" : `all ${count} shown`}
        </label>
      </div>
    </div>
  );
}

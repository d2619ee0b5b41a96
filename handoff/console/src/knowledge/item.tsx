// One item of the knowledge base: what it is, live and in the draft, and all that can be changed.

import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import { Now } from "../parts/words";
import type { Body, ItemName, KbEntry, KbFrame } from "../types";
import { textAt } from "./body";
import { focusSoon } from "./boxes";
import { Conflict } from "./conflict";
import { EntryTags, Facts } from "./facts";
import { changedFields, fieldsOf, isField, placed } from "./fields";
import { ItemForm, type FormContext } from "./form";
import { byTitle, editorsOf } from "./health";
import { PublishIncident } from "./incident";
import type { ItemKeeper, Saving } from "./keeper";
import type { KnowledgePageProps } from "./knowledge";
import { hrefOfPlace, type FieldPlace } from "./place";
import { sectionsOf, wordingTitle, type Field } from "./sections";
import { entryOf } from "./store";
import { boxId, goTo, Summary } from "./summary";
import { TryPanel } from "./try";
import { UsedBy } from "./used-by";
import { useItem, type UsedItem } from "./use-item";
import { isSingle, kindMany, kindOne } from "./words";

interface ItemPageProps {
  name: ItemName;
  /** where a link from elsewhere leads to */
  at: FieldPlace;
  page: KnowledgePageProps;
}

export function ItemPage({ name, at, page }: ItemPageProps) {
  const used = useItem(name, page);
  const { keeper, missing } = used;
  const entry = entryOf(page.kb, name);
  const title = titleOf(name, keeper.body, entry);
  return (
    <>
      <Back name={name} />
      <span class="govuk-caption-l">{kindOne(name.kind)}</span>
      <h1 class="govuk-heading-l ks-kb-title" tabIndex={-1}>
        {title}
      </h1>
      {!keeper.known && missing && <Problem title="It can't be shown" text={missing} />}
      {!keeper.known && !missing && (
        <p class="govuk-body" role="status">
          Fetching it…
        </p>
      )}
      {keeper.known && <Opened name={name} at={at} page={page} used={used} entry={entry} />}
    </>
  );
}

function Back({ name: { kind } }: { name: ItemName }) {
  const overview = kind === "intent" || kind === "rule" || isSingle(kind);
  return (
    <a
      class="govuk-back-link"
      href={hrefOfPlace(overview ? { page: "overview" } : { page: "list", kind })}
    >
      Back to {overview ? "the overview" : kindMany(kind).toLowerCase()}
    </a>
  );
}

function titleOf({ kind, item }: ItemName, body: Body, entry: KbEntry | undefined): string {
  if (isSingle(kind)) return kindOne(kind);
  if (kind === "wording") return wordingTitle(item);
  return textAt(body, "title") || entry?.title || item;
}

interface OpenedProps extends ItemPageProps {
  used: UsedItem;
  entry: KbEntry | undefined;
}

function Opened({ name, at, page, used, entry }: OpenedProps) {
  const { keeper } = used;
  const { known } = keeper;
  const now = useContext(Now);
  if (!known) return null;
  const { kind, item } = name;
  const nowhere = known.live === null && known.revision === 0 && !keeper.theirs;
  if (nowhere && !isSingle(kind) && kind !== "wording" && keeper.body === null) {
    return <Nowhere name={name} />;
  }
  const others = editorsOf(page.state.people, name, page.staff.id);
  const { theirs } = keeper;
  const outdated = !theirs && known.conflict;
  return (
    <>
      <p class="ks-facts ks-kb-tags">
        {entry && <EntryTags entry={entry} now={now} />}
        {kind === "wording" && <code class="ks-code">{item}</code>}
      </p>
      {others.map((one) => (
        <p class="govuk-inset-text ks-kb-others" key={one.id} role="status" data-testid="kb-others">
          {one.name} {one.typing ? "is changing this just now." : "has this open, too."}
        </p>
      ))}
      {keeper.restored && (
        <p class="govuk-inset-text" data-testid="restored">
          What you had typed here before, and wasn't saved, is back.
        </p>
      )}
      {(theirs || outdated) && (
        <Conflict
          mine={keeper.body}
          theirs={theirs ?? known}
          live={outdated}
          onTheirs={() => (outdated ? void keeper.discard() : keeper.takeTheirs())}
          onMine={() => void (outdated ? keeper.keepOverLive() : keeper.keepMine())}
        />
      )}
      <SavingLine keeper={keeper} page={page} />
      {keeper.body === null && known.live !== null ? (
        <Removed keeper={keeper} />
      ) : (
        <Editing name={name} at={at} page={page} used={used} entry={entry} />
      )}
    </>
  );
}

function Nowhere({ name: { kind, item } }: { name: ItemName }) {
  return (
    <>
      <p class="govuk-body" data-testid="nowhere">
        There is nothing of this name, neither live nor in the draft: <bdi>{item}</bdi>. It may have
        been removed, or its name mistyped.
      </p>
      <p class="govuk-body">
        <a class="govuk-link" href={hrefOfPlace({ page: "new", kind, phrases: [] })}>
          Begin a new one
        </a>
      </p>
    </>
  );
}

export function savingWords(saving: Saving, inDraft: boolean): string {
  if (typeof saving === "object") return `Not saved: ${saving.problem}`;
  switch (saving) {
    case "saving":
    case "typed":
      return "Saving…";
    case "saved":
      return inDraft ? "Saved in the draft" : "Saved: it is as live again";
    case "discarded":
      return "The changes are gone: it is as live again";
    case "nothing":
      return inDraft ? "In the draft, not live yet" : "As it is live";
  }
}

function SavingLine({ keeper, page }: { keeper: ItemKeeper; page: KnowledgePageProps }) {
  const { saving, known } = keeper;
  const inDraft = (known?.revision ?? 0) > 0;
  const [asking, setAsking] = useState(false);
  const problem = typeof saving === "object" ? saving.problem : null;
  const heading = useRef<HTMLParagraphElement>(null);

  async function discard() {
    setAsking(false);
    heading.current?.focus();
    await keeper.discard();
    page.refresh();
  }

  return (
    <div class="ks-kb-saving">
      <p
        class={problem ? "govuk-error-message" : "govuk-body ks-kb-saving__words"}
        tabIndex={-1}
        ref={heading}
        data-testid="saving"
      >
        {keeper.theirs ? "Not saved yet: choose above" : savingWords(saving, inDraft)}
      </p>
      <p class="govuk-visually-hidden" aria-live="polite">
        {problem ? `Not saved: ${problem}` : saving === "discarded" ? "The changes are gone." : ""}
      </p>
      {inDraft && !asking && (
        <button
          type="button"
          class="ks-link-button"
          id="kb-discard"
          onClick={() => setAsking(true)}
          data-testid="discard"
        >
          Discard the changes
        </button>
      )}
      {asking && (
        <Confirm
          question={
            known?.live === null
              ? "It isn't live yet, so nothing of it stays."
              : "All that was changed of this since the last version goes, whoever changed it."
          }
          yes="Discard them"
          onYes={() => void discard()}
          onNo={() => {
            setAsking(false);
            focusSoon("kb-discard");
          }}
        />
      )}
    </div>
  );
}

interface ConfirmProps {
  question: string;
  yes: string;
  onYes: () => void;
  onNo: () => void;
}

/** Takes the focus, since the button that was pressed is gone. */
function Confirm({ question, yes, onYes, onNo }: ConfirmProps) {
  const words = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => words.current?.focus(), []);
  return (
    <div class="ks-aside-note ks-kb-confirm" data-testid="confirm">
      <p class="govuk-body" tabIndex={-1} ref={words}>
        {question}
      </p>
      <div class="govuk-button-group">
        <button
          type="button"
          class="govuk-button govuk-button--warning ks-kb-wide"
          onClick={onYes}
          data-testid="confirm-yes"
        >
          {yes}
        </button>
        <button
          type="button"
          class="govuk-button govuk-button--secondary ks-kb-wide"
          onClick={onNo}
          data-testid="confirm-no"
        >
          Leave it as it is
        </button>
      </div>
    </div>
  );
}

function Removed({ keeper }: { keeper: ItemKeeper }) {
  return (
    <div class="ks-aside-note" data-testid="removed">
      <p class="govuk-body">
        <strong>This is to be removed</strong> with the next version. Until then it is live.
      </p>
      <button
        type="button"
        class="govuk-button govuk-button--secondary ks-kb-wide"
        onClick={() => void keeper.discard()}
        data-testid="keep-it"
      >
        Keep it after all
      </button>
    </div>
  );
}

/** Why its publication needs a second person's word, or null; a draft's terms may need it, too. */
function secondPerson({ kind, item }: ItemName, body: Body): string | null {
  if (kind === "thresholds") {
    return "Publishing a change of these numbers needs a second person, since they decide about every message.";
  }
  if (kind === "wording" && item === "danger") {
    return "Publishing a change of this wording needs a second person, since it is said where somebody may be in danger.";
  }
  const ruleKind = textAt(body, "kind");
  if (kind !== "rule" || (ruleKind !== "sensitive" && ruleKind !== "troll")) return null;
  return "Publishing a change of this rule needs a second person, since it decides who is kept from harm or from being heard.";
}

function Editing({ name, at, page, used, entry }: OpenedProps) {
  const { keeper, check, checked, onTyped } = used;
  const { kind, item } = name;
  const { body, known } = keeper;
  const sections = sectionsOf(kind, item, body);
  const fields = sections.flatMap((section) => section.fields);
  const found = useMemo(
    () => placed(check?.problems ?? [], fieldsOf(kind, item, body)),
    [check, kind, item, body],
  );
  useArrival(at, fields);
  if (!known) return null;
  const form: FormContext = {
    body,
    live: known.live,
    check,
    checked,
    placed: found,
    changed: changedFields(known, body, fields),
    intents: intentsOf(page.kb),
    suggestions: suggestionsOf(page),
    onBody(now) {
      keeper.write(now);
      onTyped();
    },
  };
  const second = secondPerson(name, body);
  return (
    <div class="ks-kb-columns">
      <div>
        <Summary placed={found} />
        {second && <p class="govuk-inset-text">{second}</p>}
        <ItemForm sections={sections} {...form} />
        {kind === "election" && (
          <p class="govuk-body">
            <a
              class="govuk-link"
              href={hrefOfPlace({ page: "election-report" })}
              data-testid="to-report"
            >
              The report of what was said in this period
            </a>
          </p>
        )}
        {kind === "incident" && (
          <PublishIncident page={page} body={body} settle={() => keeper.flush()} />
        )}
        {!isSingle(kind) && <Remove keeper={keeper} name={name} />}
      </div>
      <div>
        <TryPanel {...page} heading="h2" />
        {kind === "term" && check && <UsedBy users={check.used_by} />}
        {entry && <Facts entry={entry} />}
      </div>
    </div>
  );
}

/** A link from elsewhere leads to its field; a list begins a new line there. */
function useArrival({ field, index }: FieldPlace, fields: readonly Field[]): void {
  useEffect(() => {
    const found = fields.find(({ path }) => field !== undefined && isField(path, field));
    if (!found) return;
    const id = boxId(found, index ?? null);
    goTo(id);
    const box = document.getElementById(id);
    if (index !== undefined || !(box instanceof HTMLTextAreaElement)) return;
    const more = found.as === "lines" && /[^\n]$/.test(box.value) ? "\n" : "";
    box.setRangeText(more, box.value.length, box.value.length, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }, [field, index]);
}

function Remove({ keeper, name: { kind } }: { keeper: ItemKeeper; name: ItemName }) {
  const [asking, setAsking] = useState(false);
  const what = kindOne(kind).toLowerCase();
  if (!asking) {
    return (
      <button
        type="button"
        class="ks-link-button"
        id="kb-remove"
        onClick={() => setAsking(true)}
        data-testid="remove"
      >
        Remove this {what}
      </button>
    );
  }
  const { live } = keeper.known ?? { live: null };
  function remove() {
    if (live === null) {
      void keeper.discard();
      return;
    }
    keeper.write(null);
    void keeper.flush();
    document.querySelector<HTMLElement>("main h1")?.focus();
  }
  return (
    <Confirm
      question={
        live === null
          ? `This ${what} isn't live yet. Removed, nothing of it stays.`
          : `This ${what} goes with the next version. Until that is published, it stays live, and you can still keep it.`
      }
      yes="Remove it"
      onYes={remove}
      onNo={() => {
        setAsking(false);
        focusSoon("kb-remove");
      }}
    />
  );
}

export function intentsOf(kb: KbFrame | null): KbEntry[] {
  return (kb?.items ?? []).filter(({ kind }) => kind === "intent").sort(byTitle);
}

function suggestionsOf({ kb, state }: KnowledgePageProps): FormContext["suggestions"] {
  const departments = (kb?.items ?? []).flatMap(({ department }) => department ?? []);
  const owners = (kb?.items ?? []).flatMap(({ owner }) => owner ?? []);
  const sorted = (all: readonly string[]) =>
    [...new Set(all)].sort((a, b) => a.localeCompare(b, "en-GB"));
  return {
    departments: sorted([...departments, ...state.desk.departments]),
    teams: sorted(state.desk.teams),
    people: sorted([...owners, ...state.people.map(({ name }) => name)]),
  };
}

// Everything that editors keep, at a glance: what needs care stands out.

import { useContext, useState } from "preact/hooks";
import { At, Now } from "../parts/words";
import type { ItemKind, KbEntry, KbFrame, KbNews } from "../types";
import {
  byTitle,
  careOf,
  careWords,
  everything,
  isShown,
  type Care,
  type Narrowing,
} from "./health";
import { RunningIncidents } from "./incident";
import type { KnowledgePageProps } from "./knowledge";
import { hrefOfPlace, itemHref, itemKinds } from "./place";
import { byCare, newsHref, newsLinkWords, newsOf } from "./news";
import { HealthRows, PlainRows } from "./rows";
import { useFind, type Found } from "./use-find";
import { isSingle, kindMany, kindOne } from "./words";

const newsShown = 5;
const cares = Object.keys(careWords) as Care[];

export function Overview({ page }: { page: KnowledgePageProps }) {
  const { kb } = page;
  const [by, setBy] = useState(everything);
  const found = useFind(page.ask, page.connected, by.text);
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Knowledge
      </h1>
      <RunningIncidents page={page} />
      <div class="govuk-button-group">
        <New kind="intent" words="New answer" />
        <New kind="notice" words="New notice" />
        <New kind="incident" words="New incident" />
      </div>
      {!kb && page.connected && (
        <p class="govuk-body" role="status">
          Fetching the knowledge base…
        </p>
      )}
      {kb && (
        <>
          <NewsList news={kb.news} />
          <Narrow by={by} onBy={setBy} files={filesOf(kb)} />
          {by.text.trim() !== "" && <LedTo found={found} />}
          <HealthList kind="intent" by={by} page={page} items={kb.items} />
          <HealthList kind="rule" by={by} page={page} items={kb.items} />
          <Others items={kb.items} />
        </>
      )}
    </>
  );
}

/** The last two weeks', the first few at once. */
function NewsList({ news }: { news: readonly KbNews[] }) {
  if (news.length === 0) return null;
  const sorted = byCare(news);
  const more = sorted.slice(newsShown);
  return (
    <section aria-labelledby="kb-news-heading" data-testid="kb-news">
      <h2 class="govuk-heading-m" id="kb-news-heading">
        News
      </h2>
      <NewsRows news={sorted.slice(0, newsShown)} />
      {more.length > 0 && (
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">More news ({more.length})</span>
          </summary>
          <NewsRows news={more} />
        </details>
      )}
    </section>
  );
}

function NewsRows({ news }: { news: readonly KbNews[] }) {
  return (
    <ul class="govuk-list">
      {news.map((one) => (
        <li key={one.seq}>
          <strong>{newsOf(one)?.title ?? "News"}</strong>{" "}
          <span class="ks-quiet">
            <At at={one.at} />
            {one.by !== null && `, ${one.by}`}
          </span>
          <br />
          <span class="ks-words">{one.text}</span>{" "}
          <a class="govuk-link" href={newsHref(one)}>
            {newsLinkWords(one)}
            <span class="govuk-visually-hidden">: {one.text}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function New({ kind, words }: { kind: ItemKind; words: string }) {
  return (
    <a
      class="govuk-button govuk-button--secondary ks-kb-wide"
      href={hrefOfPlace({ page: "new", kind, phrases: [] })}
      role="button"
      data-testid={`new-${kind}`}
    >
      {words}
    </a>
  );
}

function filesOf({ items }: KbFrame): string[] {
  const files = items.filter(({ kind }) => kind === "intent" || kind === "rule");
  return [...new Set(files.map(({ file }) => file))].sort();
}

interface NarrowProps {
  by: Narrowing;
  files: readonly string[];
  onBy: (by: Narrowing) => void;
}

function Narrow({ by, files, onBy }: NarrowProps) {
  return (
    <form
      class="ks-kb-narrow"
      role="search"
      aria-label="The knowledge base"
      onSubmit={(event) => event.preventDefault()}
    >
      <div class="ks-kb-narrow__text">
        <label class="govuk-label" for="kb-text">
          Search by a title, or by what a resident would say
        </label>
        <input
          class="govuk-input"
          id="kb-text"
          type="search"
          maxLength={200}
          autocomplete="off"
          value={by.text}
          onInput={(event) => onBy({ ...by, text: event.currentTarget.value })}
          data-testid="kb-text"
        />
      </div>
      <div class="ks-filters__one">
        <label class="govuk-label" for="kb-file">
          Topic
        </label>
        <select
          class="govuk-select"
          id="kb-file"
          value={by.file}
          onChange={(event) => onBy({ ...by, file: event.currentTarget.value })}
          data-testid="kb-file"
        >
          <option value="">Every topic</option>
          {files.map((file) => (
            <option key={file} value={file}>
              {file.replace(/\.json$/, "")}
            </option>
          ))}
        </select>
      </div>
      <div class="ks-filters__one">
        <label class="govuk-label" for="kb-show">
          Show
        </label>
        <select
          class="govuk-select"
          id="kb-show"
          value={by.show}
          onChange={(event) =>
            onBy({ ...by, show: event.currentTarget.value as Narrowing["show"] })
          }
          data-testid="kb-show"
        >
          <option value="">Everything</option>
          <option value="changed">Changed in the draft</option>
          <option value="care">What needs care</option>
          {cares.map((care) => (
            <option key={care} value={care}>
              {careWords[care]}
            </option>
          ))}
        </select>
      </div>
    </form>
  );
}

/** Where a message with these words would go. */
function LedTo({ found }: { found: Found | null }) {
  if (!found || found.length === 0) return null;
  return (
    <section class="ks-kb-found" aria-labelledby="kb-found" data-testid="kb-found">
      <h2 class="govuk-heading-s" id="kb-found">
        These words lead to
      </h2>
      <ol class="govuk-list govuk-list--number">
        {found.map((one) => (
          <li key={`${one.kind}/${one.item}`}>
            <a class="govuk-link" href={itemHref(one)}>
              {one.title || one.item}
            </a>
            {one.words.length > 0 && (
              <span class="ks-quiet"> by {one.words.map((word) => `“${word}”`).join(", ")}</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface HealthListProps {
  kind: ItemKind;
  by: Narrowing;
  items: readonly KbEntry[];
  page: KnowledgePageProps;
}

function HealthList({ kind, by, items, page }: HealthListProps) {
  const now = useContext(Now);
  const all = items.filter((one) => one.kind === kind);
  const shown = all.filter((one) => isShown(one, by, now)).sort(byTitle);
  const care = all.filter((one) => careOf(one, now).length > 0).length;
  return (
    <section aria-labelledby={`kb-${kind}s`}>
      <h2 class="govuk-heading-m" id={`kb-${kind}s`}>
        {kindMany(kind)}{" "}
        <span class="ks-quiet ks-kb-small">
          {shown.length === all.length ? all.length : `${shown.length} of ${all.length}`}
          {care > 0 && shown.length === all.length && `, ${care} need care`}
        </span>
      </h2>
      {shown.length === 0 && <p class="govuk-body">None is like that.</p>}
      <HealthRows
        entries={shown}
        people={page.state.people}
        staffId={page.staff.id}
        testId={`kb-${kind}s-list`}
      />
    </section>
  );
}

function Others({ items }: { items: readonly KbEntry[] }) {
  const kinds = itemKinds.filter((kind) => kind !== "intent" && kind !== "rule");
  return (
    <section aria-labelledby="kb-others-heading">
      <h2 class="govuk-heading-m" id="kb-others-heading">
        What else there is
      </h2>
      <ul class="govuk-list">
        {kinds.map((kind) => {
          const of = items.filter((one) => one.kind === kind);
          const changed = of.filter((one) => one.change !== null).length;
          const place = isSingle(kind)
            ? itemHref({ kind, item: kind })
            : hrefOfPlace({ page: "list", kind });
          return (
            <li key={kind}>
              <a class="govuk-link" href={place} data-testid={`kb-list-${kind}`}>
                {kindMany(kind)}
              </a>
              <span class="ks-quiet">
                {!isSingle(kind) && ` ${of.length}`}
                {changed > 0 && ` (${changed} changed)`}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** All of one kind. */
export function KindList({ kind, page }: { kind: ItemKind; page: KnowledgePageProps }) {
  const { kb } = page;
  const now = useContext(Now);
  const [by, setBy] = useState(everything);
  const all = (kb?.items ?? []).filter((one) => one.kind === kind);
  const shown = all.filter((one) => isShown(one, by, now)).sort(byTitle);
  const Rows = kind === "intent" || kind === "rule" ? HealthRows : PlainRows;
  const canBeNew = !isSingle(kind) && kind !== "wording";
  return (
    <>
      <a class="govuk-back-link" href={hrefOfPlace({ page: "overview" })}>
        Back to the overview
      </a>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        {kindMany(kind)}
      </h1>
      {canBeNew && <New kind={kind} words={`New ${kindOne(kind).toLowerCase()}`} />}
      {!kb && page.connected && (
        <p class="govuk-body" role="status">
          Fetching the list…
        </p>
      )}
      {kb && all.length === 0 && <p class="govuk-body">There are none yet.</p>}
      {all.length > 12 && (
        <div class="govuk-form-group">
          <label class="govuk-label" for="kb-text">
            Show those with these letters
          </label>
          <input
            class="govuk-input ks-field"
            id="kb-text"
            type="search"
            autocomplete="off"
            value={by.text}
            onInput={(event) => setBy({ ...by, text: event.currentTarget.value })}
            data-testid="kb-text"
          />
        </div>
      )}
      {all.length > 0 && shown.length === 0 && <p class="govuk-body">None is like that.</p>}
      <Rows
        entries={shown}
        people={page.state.people}
        staffId={page.staff.id}
        testId={`kb-${kind}s-list`}
      />
    </>
  );
}

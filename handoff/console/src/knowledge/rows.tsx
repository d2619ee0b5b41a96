// Items as rows of a list.

import { useContext } from "preact/hooks";
import { At, Now } from "../parts/words";
import type { Colleague, KbEntry } from "../types";
import { nameWords } from "../words";
import { dateWords, EntryTags } from "./facts";
import { editorsOf, timeState, unhelpedWords, useWords } from "./health";
import { itemHref } from "./place";
import { ruleWords } from "./rule-kinds";
import { wordingTitle } from "./sections";

interface RowsProps {
  entries: readonly KbEntry[];
  people: readonly Colleague[];
  staffId: number;
  testId: string;
}

/** Intents and rules, with all that says how they are. */
export function HealthRows({ entries, people, staffId, testId }: RowsProps) {
  const now = useContext(Now);
  return (
    <ul class="ks-rows" data-testid={testId}>
      {entries.map((entry) => (
        <li class="ks-kb-row" key={entry.item} data-testid="kb-row" data-item={entry.item}>
          <p class="ks-kb-row__title">
            <a class="govuk-link" href={itemHref(entry)}>
              {entry.title}
            </a>
            <EntryTags entry={entry} now={now} />
          </p>
          <ul class="ks-facts">
            <li>{useWords(entry, now)}</li>
            {unhelpedWords(entry) && <li class="ks-facts__strong">{unhelpedWords(entry)}</li>}
            {entry.examples !== null && <li>{examplesWords(entry.examples)}</li>}
            {entry.link && <li>{linkWords(entry.link.alive)}</li>}
            {entry.review_by !== null && <li>review by {dateWords(entry.review_by)}</li>}
            {entry.department && <li>{nameWords(entry.department)}</li>}
            {entry.rule && <li>{ruleWords(entry.rule)}</li>}
            {entry.owner && <li>{entry.owner}</li>}
          </ul>
          <Draft entry={entry} people={people} staffId={staffId} />
          {entry.use?.withheld && <p class="govuk-body-s ks-kb-row__note">{entry.use.withheld}</p>}
        </li>
      ))}
    </ul>
  );
}

function examplesWords(count: number): string {
  return count === 1 ? "1 example" : `${count} examples`;
}

function linkWords(alive: boolean | null): string {
  if (alive === null) return "link not checked yet";
  return alive ? "link works" : "link is dead";
}

/** Who changed it in the draft, and who has it open. */
function Draft({
  entry,
  people,
  staffId,
}: Omit<RowsProps, "entries" | "testId"> & { entry: KbEntry }) {
  const editors = editorsOf(people, entry, staffId);
  if (entry.by === null && editors.length === 0) return null;
  return (
    <p class="govuk-body-s ks-row__presence ks-kb-row__note">
      {entry.by !== null && entry.at !== null && (
        <>
          Changed by {entry.by}, <At at={entry.at} />
          {". "}
        </>
      )}
      {editors.map((one) => `${one.name} has it open.`).join(" ")}
    </p>
  );
}

/** What has nothing to be well or ill with: terms, notices, quick replies. */
export function PlainRows({ entries, people, staffId, testId }: RowsProps) {
  const now = useContext(Now);
  const short = entries.length > 60;
  return (
    <ul class={short ? "ks-kb-columns-list" : "ks-rows"} data-testid={testId}>
      {entries.map((entry) => (
        <li
          class={short ? undefined : "ks-kb-row"}
          key={entry.item}
          data-testid="kb-row"
          data-item={entry.item}
        >
          <p class="ks-kb-row__title">
            <a class="govuk-link" href={itemHref(entry)}>
              {entry.kind === "wording" ? wordingTitle(entry.item) : entry.title || entry.item}
            </a>
            <EntryTags entry={entry} now={now} />
            <Holds entry={entry} />
          </p>
          <Draft entry={entry} people={people} staffId={staffId} />
        </li>
      ))}
    </ul>
  );
}

function Holds({ entry }: { entry: KbEntry }) {
  const now = useContext(Now);
  switch (timeState(entry, now)) {
    case "none":
      return null;
    case "coming":
      return <span class="ks-quiet">from {entry.from !== null && <At at={entry.from} />}</span>;
    case "now":
      return (
        <span>
          holds now
          {entry.until !== null && (
            <>
              , until <At at={entry.until} />
            </>
          )}
        </span>
      );
    case "over":
      return (
        <span class="ks-quiet">over since {entry.until !== null && <At at={entry.until} />}</span>
      );
  }
}

// How an item is doing, beside what can be changed of it.

import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { At, Now, webAddress } from "../parts/words";
import type { KbEntry, KbLink, Seconds } from "../types";
import { careOf, careWords, type Care } from "./health";
import { dayOf } from "./local-time";

const careColour: Record<Care, string> = {
  overdue: "govuk-tag--yellow",
  link: "govuk-tag--red",
  withheld: "govuk-tag--red",
  unhelped: "govuk-tag--orange",
  conflict: "govuk-tag--purple",
};

const changeWords = { added: "New", changed: "Changed", removed: "To be removed" };

export function EntryTags({ entry, now }: { entry: KbEntry; now: Seconds }) {
  return (
    <>
      {entry.change && (
        <strong class="govuk-tag" data-testid="change">
          {changeWords[entry.change]}
        </strong>
      )}
      {careOf(entry, now).map((care) => (
        <strong class={`govuk-tag ${careColour[care]}`} key={care} data-testid={`care-${care}`}>
          {careWords[care]}
        </strong>
      ))}
      {(entry.mode === "shadow" || entry.mode === "assist") && (
        <strong class="govuk-tag govuk-tag--grey" data-testid="mode">
          {entry.mode === "shadow" ? "Shadow" : "Assist"}
        </strong>
      )}
    </>
  );
}

/** "2027-03-31" as people write it. */
export function dateWords(date: string): string {
  const then = new Date(`${date}T12:00:00Z`);
  if (Number.isNaN(then.getTime())) return date;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(then);
}

function linkWords({ alive, status, what }: KbLink): string {
  if (alive === null) return "not checked yet";
  if (alive) return "works";
  if (what !== "") return `dead: ${what}`;
  return status === null ? "dead" : `dead: it says ${status}`;
}

export function Facts({ entry }: { entry: KbEntry }) {
  const now = useContext(Now);
  const { use, link, review_by: review } = entry;
  return (
    <section class="ks-aside" aria-labelledby="kb-facts" data-testid="kb-facts">
      <h2 class="govuk-heading-s" id="kb-facts">
        How it's doing
      </h2>
      <dl class="ks-kb-facts">
        {use && (
          <>
            <Fact name="Used in 30 days">{use.used}</Fact>
            <Fact name="Last used">{use.used_at === null ? "never" : <At at={use.used_at} />}</Fact>
            <Fact name="Didn't help">{use.unhelped}</Fact>
            {use.withheld !== null && <Fact name="Held back">{use.withheld}</Fact>}
          </>
        )}
        {link && (
          <Fact name="Link">
            {linkWords(link)}
            {link.checked_at !== null && (
              <>
                {", "}
                <At at={link.checked_at} />
              </>
            )}
            {webAddress(link.url) && (
              <>
                <br />
                <a class="govuk-link" href={link.url} target="_blank" rel="noreferrer noopener">
                  Open it
                  <span class="govuk-visually-hidden"> (in a new tab)</span>
                </a>
              </>
            )}
          </Fact>
        )}
        {review !== null && (
          <Fact name="Review by">
            {dateWords(review)}
            {review < dayOf(now) && <strong>: overdue</strong>}
          </Fact>
        )}
        {entry.examples !== null && <Fact name="Examples">{entry.examples}</Fact>}
        {entry.by !== null && entry.at !== null && (
          <Fact name="Changed in the draft">
            {entry.by}, <At at={entry.at} />
          </Fact>
        )}
        <Fact name="File">
          <code class="ks-code">{entry.file}</code>
        </Fact>
        <Fact name="Its name for good">
          <code class="ks-code">{entry.item}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

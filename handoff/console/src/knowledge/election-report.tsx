// What Kerbside said by itself in a pre-election period, to be shown to whoever asks, on paper too.

import type { ComponentChildren } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import { Now } from "../parts/words";
import { hrefOf } from "../route";
import type { KbElectionReportFrame, KbFrame, Seconds } from "../types";
import { isoTime } from "../words";
import { dateWords } from "./facts";
import type { KnowledgePageProps } from "./knowledge";
import { dayOf, localOf } from "./local-time";
import { hrefOfPlace, itemHref } from "./place";
import { Day } from "./replay";
import { numberWords, timesOf, type Times } from "./replaying";
import { entryOf } from "./store";
import { useAnswer } from "./use-answer";
import { kindOne } from "./words";

export function ElectionReportPage(props: KnowledgePageProps) {
  const { kb, connected } = props;
  return (
    <>
      <a class="govuk-back-link ks-screen-only" href={itemHref(election)}>
        Back to the {kindOne("election").toLowerCase()}
      </a>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Pre-election report
      </h1>
      <p class="govuk-body ks-screen-only">
        What was said automatically from the first of these days to the last, what went to a person
        for a name or a topic of the election, and what was published meanwhile.
      </p>
      {!kb && connected && (
        <p class="govuk-body" role="status">
          Fetching the period…
        </p>
      )}
      {kb && <Report {...props} kb={kb} />}
    </>
  );
}

const election = { kind: "election", item: "election" } as const;

interface Chosen {
  from: string;
  until: string;
}

/** The period's days, its last one being that of the moment before it ends; else the last month. */
export function periodOf(kb: KbFrame, now: Seconds): Chosen {
  const { from, until } = entryOf(kb, election) ?? { from: null, until: null };
  const end = until === null ? now : Math.min(until - 1, now);
  return { from: dayOf(from ?? now - 30 * 86_400), until: dayOf(end) };
}

function Report(props: KnowledgePageProps & { kb: KbFrame }) {
  const { kb, ask, connected, announce } = props;
  const now = useContext(Now);
  const [typed, setTyped] = useState(() => periodOf(kb, now));
  const [chosen, setChosen] = useState<(Chosen & { times: Times }) | null>(null);
  const times = chosen?.times;
  const fault = times && "fault" in times ? times : null;
  const form = useRef<HTMLFormElement>(null);
  const report = useAnswer<KbElectionReportFrame>({
    ask,
    connected,
    subject: times && !("fault" in times) ? `${times.from} to ${times.until}` : "",
    question: times && !("fault" in times) ? { type: "kb_election_report", ...times } : null,
    answerOf: (answer) => (answer.type === "kb_election_report" ? answer : null),
  });
  const { answer } = report;
  useLayoutEffect(() => {
    if (fault) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [fault]);
  useEffect(() => {
    if (answer) announce("The report is shown below.");
  }, [answer]);

  function submit(event: Event) {
    event.preventDefault();
    setChosen({ ...typed, times: timesOf("days", typed.from, typed.until, now) });
  }

  const error = (field: "from" | "until") => (fault?.field === field ? fault.fault : null);
  return (
    <>
      <form class="ks-screen-only" onSubmit={submit} noValidate ref={form}>
        <Day
          id="report-from"
          label="First day"
          value={typed.from}
          error={error("from")}
          onValue={(from) => setTyped({ ...typed, from })}
        />
        <Day
          id="report-until"
          label="Last day"
          value={typed.until}
          error={error("until")}
          onValue={(until) => setTyped({ ...typed, until })}
        />
        <button type="submit" class="govuk-button" data-testid="report-do">
          Show the report
        </button>
      </form>
      {report.asking && (
        <p class="govuk-body" role="status">
          Putting it together…
        </p>
      )}
      {report.problem && <Problem title="The report can't be shown" text={report.problem} />}
      {chosen && answer && <Found report={answer} chosen={chosen} />}
    </>
  );
}

function Found({ report, chosen }: { report: KbElectionReportFrame; chosen: Chosen }) {
  const { replies, by_intent: intents, to_team: cases, published } = report;
  return (
    <div data-testid="report">
      <p class="govuk-body">
        From {dateWords(chosen.from)} to {dateWords(chosen.until)}: {numberWords(replies)}{" "}
        {replies === 1 ? "automatic reply" : "automatic replies"}.
      </p>
      <Table caption="What was answered" heads={["Answer", "Times"]} empty="Nothing was answered.">
        {intents.map((one) => (
          <tr class="govuk-table__row" key={one.intent}>
            <td class="govuk-table__cell">{one.title}</td>
            <td class="govuk-table__cell">{numberWords(one.count)}</td>
          </tr>
        ))}
      </Table>
      <Table
        caption="What went to a person for a name or a topic"
        heads={["Case", "What it said"]}
        empty="No message had one of them."
      >
        {cases.map((one) => (
          <tr class="govuk-table__row" key={one.case}>
            <td class="govuk-table__cell">
              <a class="govuk-link" href={hrefOf({ view: "case", id: one.case })}>
                {one.reference}
              </a>
              <br />
              <Moment at={one.at} />
            </td>
            <td class="govuk-table__cell ks-words" dir="auto">
              {one.summary}
            </td>
          </tr>
        ))}
      </Table>
      <Table
        caption="What was published"
        heads={["Version", "Why"]}
        empty="Nothing was published."
      >
        {published.map((one) => (
          <tr class="govuk-table__row" key={one.version}>
            <td class="govuk-table__cell">
              <a class="govuk-link" href={hrefOfPlace({ page: "version", version: one.version })}>
                Version {one.version}
              </a>
              <br />
              <Moment at={one.at} />
            </td>
            <td class="govuk-table__cell ks-words" dir="auto">
              {one.note}
              <br />
              <span class="ks-quiet">
                {one.by}
                {one.agreed_by && `, ${one.agreed_by} agreed`}
              </span>
            </td>
          </tr>
        ))}
      </Table>
      <button
        type="button"
        class="govuk-button govuk-button--secondary ks-screen-only"
        onClick={() => window.print()}
        data-testid="report-print"
      >
        Print it
      </button>
    </div>
  );
}

/** On paper, "14:59" says nothing. */
function Moment({ at }: { at: Seconds }) {
  return (
    <time dateTime={isoTime(at)}>
      {dateWords(dayOf(at))}, {localOf(at).slice(11)}
    </time>
  );
}

interface TableProps {
  caption: string;
  heads: readonly string[];
  empty: string;
  children: ComponentChildren[];
}

function Table({ caption, heads, empty, children }: TableProps) {
  if (children.length === 0) {
    return (
      <>
        <h2 class="govuk-heading-m">{caption}</h2>
        <p class="govuk-body">{empty}</p>
      </>
    );
  }
  return (
    <table class="govuk-table ks-report">
      <caption class="govuk-table__caption govuk-table__caption--m">{caption}</caption>
      <thead class="govuk-table__head">
        <tr class="govuk-table__row">
          {heads.map((head) => (
            <th scope="col" class="govuk-table__header" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody class="govuk-table__body">{children}</tbody>
    </table>
  );
}

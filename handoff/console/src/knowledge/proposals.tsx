// What is to be published, and what becomes of it.

import type { ComponentChildren } from "preact";
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { runCommand, type Ask } from "../commands";
import { Problem } from "../parts/problem";
import { At, Now } from "../parts/words";
import type { KbDiffFrame, KbEntry, KbProposal, OtherCommand, Staff } from "../types";
import { Differences } from "./differences";
import { itemHref, itemKey } from "./place";
import { isUnderWay, mayAgree, mayWithdraw, proposalTitle, standingWords } from "./publishing";
import { useAnswer, type Answered } from "./use-answer";
import { kindOne } from "./words";

export interface ProposalsProps {
  proposals: readonly KbProposal[];
  entries: readonly KbEntry[];
  staff: Staff;
  ask: Ask;
  connected: boolean;
  /** what was done changes the list */
  refresh: () => void;
  announce: (text: string) => void;
}

export function UnderWay(props: ProposalsProps) {
  const proposals = props.proposals.filter(isUnderWay);
  if (proposals.length === 0) return null;
  return (
    <section aria-labelledby="under-way" data-testid="under-way">
      <h2 class="govuk-heading-m" id="under-way" tabIndex={-1}>
        On its way
      </h2>
      <List {...props} proposals={proposals} />
    </section>
  );
}

export function Ended(props: ProposalsProps) {
  const proposals = props.proposals.filter((one) => !isUnderWay(one));
  if (proposals.length === 0) return null;
  return (
    <section aria-labelledby="ended" data-testid="ended">
      <h2 class="govuk-heading-m" id="ended" tabIndex={-1}>
        What became of the last ones
      </h2>
      <List {...props} proposals={proposals} />
    </section>
  );
}

function List({ proposals, ...rest }: ProposalsProps) {
  return (
    <ol class="ks-rows">
      {proposals.map((one) => (
        <li
          class="ks-row ks-tray__row"
          key={one.id}
          data-testid="proposal"
          data-state={one.state}
          data-proposal={one.id}
        >
          <Proposal one={one} {...rest} />
        </li>
      ))}
    </ol>
  );
}

function Proposal({ one, ...props }: Omit<ProposalsProps, "proposals"> & { one: KbProposal }) {
  const { staff, ask, connected, refresh, announce } = props;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const title = proposalTitle(one);
  const [reading, setReading] = useState(false);
  const diff = useAnswer<KbDiffFrame>({
    ask,
    connected: connected && reading,
    subject: `proposal ${one.id}`,
    question: { type: "kb_diff", proposal: one.id },
    answerOf: (answer) => (answer.type === "kb_diff" ? answer : null),
  });
  const now = useContext(Now);

  async function act(command: OtherCommand, said: string) {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const done = await runCommand(ask, command);
    setBusy(false);
    if (!done.ok) {
      setProblem(done.text);
      return;
    }
    announce(said);
    heading.current?.focus(); // the button goes with what it did
    refresh();
  }

  return (
    <>
      <h3 class="govuk-heading-s ks-tray__who" tabIndex={-1} ref={heading}>
        {title}
      </h3>
      <p class="govuk-body ks-words" dir="auto">
        {one.note}
      </p>
      <p
        class="govuk-body ks-standing"
        role={one.state === "queued" ? "status" : undefined}
        data-testid="standing"
      >
        {standingWords(one, now)}
        {one.version !== null && (
          <>
            {" "}
            <a class="govuk-link" href={`#/knowledge/versions/${one.version}`}>
              See version {one.version}
            </a>
          </>
        )}
      </p>
      {isUnderWay(one) && one.needs && <p class="govuk-body">{one.needs}</p>}
      {one.state === "queued" && (
        <p class="govuk-hint">
          All checks run once more, and what is new is learned. That can take a minute; you needn't
          stay on this page.
        </p>
      )}
      {one.error && <Refused error={one.error} />}
      <ul class="ks-facts ks-proposal__facts">
        <li>
          Proposed by {one.by.id === staff.id ? "you" : one.by.name}, <At at={one.at} />
        </li>
        {one.agreed_by && <li>{one.agreed_by} agreed</li>}
        {one.origin === "rollback" && isUnderWay(one) && (
          <li>
            <a class="govuk-link" href={`#/knowledge/versions/${one.from}`}>
              See version {one.from}
            </a>
          </li>
        )}
      </ul>
      {one.items.length > 0 && (
        <Fold summary="What is in it" about={title}>
          <ul class="govuk-list govuk-list--bullet">
            {one.items.map((item) => (
              <li key={itemKey(item)}>
                {kindOne(item.kind)}:{" "}
                <a class="govuk-link" href={itemHref(item)}>
                  <bdi>{titleOf(props.entries, item.kind, item.item)}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </Fold>
      )}
      {reading && <WhatItChanges diff={diff} />}
      {problem && <Problem text={problem} />}
      {(mayAgree(one, staff.id) || mayWithdraw(one)) && (
        <div class="govuk-button-group ks-tray__do">
          {!reading && (
            <button
              type="button"
              class="govuk-button govuk-button--secondary"
              onClick={() => setReading(true)}
              data-testid="read-proposal"
            >
              Read what it changes
              <span class="govuk-visually-hidden"> ({title})</span>
            </button>
          )}
          {mayAgree(one, staff.id) && diff.answer && (
            <button
              type="button"
              class="govuk-button"
              aria-disabled={busy}
              onClick={() => act({ type: "kb_agree", proposal: one.id }, "You agreed. It goes on.")}
              data-testid="agree"
            >
              I've read it and agree
              <span class="govuk-visually-hidden"> ({title})</span>
            </button>
          )}
          {mayWithdraw(one) && (
            <button
              type="button"
              class="govuk-button govuk-button--secondary"
              aria-disabled={busy}
              onClick={() =>
                act({ type: "kb_withdraw", proposal: one.id }, "Withdrawn. The draft stays.")
              }
              data-testid="withdraw"
            >
              Withdraw
              <span class="govuk-visually-hidden"> ({title})</span>
            </button>
          )}
        </div>
      )}
      {one.state === "waiting" && one.by.id === staff.id && (
        <p class="govuk-hint">Another editor, a supervisor or an admin reads it on this page and agrees.</p>
      )}
    </>
  );
}

/** What is agreed to, as it was proposed: the draft may have gone on since. */
function WhatItChanges({ diff }: { diff: Answered<KbDiffFrame> }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.focus(), []); // the button that asked for it is gone
  return (
    <div class="ks-step" tabIndex={-1} ref={box} data-testid="proposed">
      {diff.asking && (
        <p class="govuk-body" role="status">
          Fetching what it changes…
        </p>
      )}
      {diff.problem && (
        <>
          <Problem title="What it changes can't be shown" text={diff.problem} />
          <button type="button" class="govuk-button govuk-button--secondary" onClick={diff.again}>
            Try again
          </button>
        </>
      )}
      {diff.answer && <Differences items={diff.answer.items} heading="h4" />}
    </div>
  );
}

function titleOf(entries: readonly KbEntry[], kind: string, item: string): string {
  return entries.find((one) => one.kind === kind && one.item === item)?.title || item;
}

/** What the checks found, a line each. */
function Refused({ error }: { error: string }) {
  return (
    <div class="govuk-inset-text ks-inset">
      <ul class="govuk-list govuk-list--bullet">
        {error
          .split("\n")
          .filter((line) => line.trim())
          .map((line, n) => (
            <li key={n}>{line}</li>
          ))}
      </ul>
      <p class="govuk-body">
        The draft is as it was: put this right there, and publish again. What is live hasn't changed.
      </p>
    </div>
  );
}

interface FoldProps {
  summary: string;
  about: string;
  children: ComponentChildren;
}

/** A details element whose summary says what it is about where it's read on its own. */
export function Fold(props: FoldProps) {
  return (
    <details class="govuk-details">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">
          {props.summary}
          <span class="govuk-visually-hidden"> ({props.about})</span>
        </span>
      </summary>
      <div class="govuk-details__text">{props.children}</div>
    </details>
  );
}

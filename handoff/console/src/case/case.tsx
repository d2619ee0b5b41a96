// One case: what was said, what was matched, and what staff can do about it.
// Everything here is drawn from one `case` frame, so the version that goes with a command is always
// that of what was on the screen.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Done } from "../commands";
import { Problem } from "../parts/problem";
import { Age, At, Handle } from "../parts/words";
import { PrivateTag, UrgentTag } from "../parts/tags";
import type { Case, CaseCommand, CaseFrame, Outcome, Staff, Way } from "../types";
import { atHandle, kindWords, outcomeWords, ownerWords, reasonWords } from "../words";
import { CloseForm } from "./close-form";
import { Conversation } from "./conversation";
import type { Count } from "./counter";
import { forgetDraft, readDraft } from "./drafts";
import { ReplyForm } from "./reply-form";

/** What didn't work, and beside what it is to be said: "case", "reply", "close" or "retry-31". */
export interface CaseProblem {
  place: string;
  text: string;
}

export interface CaseViewProps {
  id: number;
  staff: Staff;
  /** from the queue, shown until the whole case is here */
  summary: Case | undefined;
  detail: CaseFrame | undefined;
  /** the server's sentence if the case can't be had */
  missing: string | null;
  limits: Record<Way, number>;
  problem: CaseProblem | null;
  onProblem: (problem: CaseProblem | null) => void;
  onCommand: (command: CaseCommand, seen: Case) => Promise<Done>;
  onCount: (text: string, way: Way) => Promise<Count | null>;
  announce: (text: string) => void;
}

/** A reply of which nobody knows whether it was taken. */
interface Doubt {
  text: string;
  lastReply: number;
}

export function CaseView(props: CaseViewProps) {
  const { id, staff, summary, detail, missing, problem, onProblem, announce } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [writeNext, setWriteNext] = useState(false);
  const [doubt, setDoubt] = useState<Doubt | null>(null);
  const [draftTurn, setDraftTurn] = useState(0);

  const one = detail?.case ?? summary;
  const mine = detail?.case.state === "claimed" && detail.case.owner?.id === staff.id;
  const lastReply = Math.max(0, ...(detail?.replies ?? []).map((reply) => reply.id));

  // The connection broke on a reply: if the case now shows it, it was taken, and the draft has
  // done its work.
  useEffect(() => {
    if (!doubt || !detail) return;
    const taken = detail.replies.some(
      (reply) =>
        reply.id > doubt.lastReply &&
        reply.by?.id === staff.id &&
        reply.text?.startsWith(doubt.text.trim()),
    );
    if (!taken) return;
    forgetDraft(staff.id, id, doubt.text);
    setDoubt(null);
    setDraftTurn((turn) => turn + 1);
    onProblem(null);
    announce("Your reply did get through.");
  }, [detail, doubt]);

  // Whoever leaves has seen it; what goes wrong after that is said on every view.
  useEffect(() => () => onProblem(null), []);

  const seenMessages = useRef<number | null>(null);
  useEffect(() => {
    if (!detail) return;
    const before = seenMessages.current;
    seenMessages.current = detail.messages.length;
    if (before !== null && detail.messages.length > before) {
      announce(`${atHandle(detail.case.resident.handle)} wrote again.`);
    }
  }, [detail]);

  async function run(place: string, command: CaseCommand, seen: Case): Promise<boolean> {
    if (busy) return false;
    setBusy(place);
    onProblem(null);
    const done = await props.onCommand(command, seen);
    setBusy(null);
    if (done.ok) return true;
    onProblem({ place, text: done.text });
    if (done.code === "lost" && command.type === "reply") {
      setDoubt({ text: command.text, lastReply });
    }
    return false;
  }

  if (!one) {
    return (
      <>
        <BackLink />
        <h1 class="govuk-heading-l" tabIndex={-1} ref={heading}>
          Case {id}
        </h1>
        {missing ? <Problem text={missing} /> : <p class="govuk-body">Fetching the case…</p>}
      </>
    );
  }

  async function claim(seen: Case) {
    const done = await run("case", { type: "claim", case: id, version: seen.version }, seen);
    if (!done) return;
    setWriteNext(true);
    announce("The case is yours.");
  }

  async function release(seen: Case) {
    const done = await run("case", { type: "release", case: id, version: seen.version }, seen);
    if (!done) return;
    announce("The case is back in the queue.");
    heading.current?.focus();
  }

  async function send(seen: Case, text: string, way: Way): Promise<boolean> {
    const command: CaseCommand = { type: "reply", case: id, version: seen.version, text, way };
    const done = await run("reply", command, seen);
    if (!done) return false;
    setDoubt(null);
    forgetDraft(staff.id, id, text);
    announce("Your reply is waiting to be sent.");
    return true;
  }

  async function retry(seen: Case, reply: number): Promise<boolean> {
    const command: CaseCommand = { type: "retry", case: id, version: seen.version, reply };
    const done = await run(`retry-${reply}`, command, seen);
    if (done) announce("The reply is waiting to be sent again.");
    return done;
  }

  async function close(seen: Case, outcome: Outcome) {
    const command: CaseCommand = { type: "close", case: id, version: seen.version, outcome };
    const done = await run("close", command, seen);
    if (!done) return;
    announce("The case is closed.");
    heading.current?.focus();
  }

  const urgent = one.sensitive && one.state !== "closed";
  const problemAt = (place: string) => (problem?.place === place ? problem.text : null);
  const newest = detail?.messages[detail.messages.length - 1];
  const mayPutBack =
    mine || one.elsewhere || (one.state === "claimed" && staff.role === "supervisor");
  const keptDraft = detail && !mine ? readDraft(staff.id, id) : "";

  return (
    <article class="ks-case" data-testid="case" data-case-id={id} data-case-version={one.version}>
      <BackLink />
      <span class="govuk-caption-l">Case {id}</span>
      <h1 class="govuk-heading-l ks-case__title" tabIndex={-1} ref={heading}>
        {reasonWords(one.reason)}
      </h1>
      <ul class="ks-facts ks-case__facts">
        {urgent && (
          <li>
            <UrgentTag />
          </li>
        )}
        {one.private && (
          <li>
            <PrivateTag />
          </li>
        )}
        <li>
          <Handle handle={one.resident.handle} />
          {one.resident.name && (
            <>
              {" ("}
              <bdi>{one.resident.name}</bdi>
              {")"}
            </>
          )}
        </li>
        <li>
          to <Handle handle={one.account} />
        </li>
        <li>
          came <Age from={one.opened_at} /> ago
        </li>
        <li data-testid="owner">
          {one.state === "closed" && one.outcome
            ? `Closed: ${outcomeWords(one.outcome)}`
            : ownerWords(one, staff.id)}
        </li>
        {one.team && <li>For {one.team}</li>}
        {one.acknowledged && <li>Acknowledged</li>}
      </ul>

      {problemAt("case") && <Problem text={problemAt("case") ?? ""} />}
      {detail?.case.state === "open" && (
        <button
          type="button"
          class="govuk-button ks-case__claim"
          aria-disabled={busy === "case"}
          onClick={() => claim(detail.case)}
          data-testid="claim"
        >
          Claim this case
        </button>
      )}
      {detail && mayPutBack && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary ks-case__claim"
          aria-disabled={busy === "case"}
          onClick={() => release(detail.case)}
          data-testid="release"
        >
          Put it back in the queue
        </button>
      )}
      {one.elsewhere && (
        <p class="govuk-body" data-testid="elsewhere">
          Somebody of ours answers this in X's own app, so nothing is said automatically. If they
          don't any more, take it or put it back.
        </p>
      )}

      {!detail && <p class="govuk-body">Fetching the conversation…</p>}
      {detail && (
        <div class="ks-case__columns">
          <div>
            <Conversation
              detail={detail}
              staffId={staff.id}
              busy={busy}
              problemAt={problemAt}
              onRetry={(reply) => retry(detail.case, reply)}
            />
            {mine && (
              <ReplyForm
                key={draftTurn}
                one={detail.case}
                staff={staff}
                ways={waysOf(detail, staff)}
                way={newest?.kind === "private" ? "private" : "public"}
                limits={props.limits}
                takeFocus={writeNext}
                busy={busy === "reply"}
                problem={problemAt("reply")}
                onInvalid={(text) => onProblem({ place: "reply", text })}
                onSend={(text, way) => send(detail.case, text, way)}
                onCount={props.onCount}
              />
            )}
            {!mine && problemAt("reply") && <Problem text={problemAt("reply") ?? ""} />}
            {!mine && detail.case.state !== "closed" && (
              <p class="govuk-body" data-testid="not-yours">
                {detail.case.state === "open"
                  ? "Claim the case to reply or to close it."
                  : `${detail.case.owner?.name ?? "Somebody"} has this case: only they can reply.`}
              </p>
            )}
            {keptDraft && (
              <div class="govuk-inset-text">
                <p class="govuk-body">You had begun a reply here. It's kept:</p>
                <p class="govuk-body ks-words">{keptDraft}</p>
              </div>
            )}
          </div>
          <div>
            {mine && (
              <CloseForm
                busy={busy === "close"}
                problem={problemAt("close")}
                onInvalid={(text) => onProblem({ place: "close", text })}
                onClose={(outcome) => close(detail.case, outcome)}
              />
            )}
            {!mine && problemAt("close") && <Problem text={problemAt("close") ?? ""} />}
            <History detail={detail} />
          </div>
        </div>
      )}
    </article>
  );
}

/** How this person can answer here: what came privately isn't answered for everybody to read. */
export function waysOf(detail: Pick<CaseFrame, "messages">, staff: Pick<Staff, "role">): Way[] {
  const ways: Way[] = [];
  if (detail.messages.some(({ kind }) => kind !== "private")) ways.push("public");
  if (staff.role !== "trainee") ways.push("private");
  return ways;
}

function BackLink() {
  return (
    <a class="govuk-back-link" href="#/queue">
      Back to the queue
    </a>
  );
}

function History({ detail }: { detail: CaseFrame }) {
  return (
    <details class="govuk-details ks-history" data-testid="history">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">History of this case</span>
      </summary>
      <ol class="govuk-list govuk-details__text ks-history__list">
        {detail.history.map((entry) => (
          <li key={entry.seq}>
            <strong>{kindWords(entry.kind)}</strong>
            {entry.by && ` by ${entry.by}`}
            <span class="ks-quiet">
              <At at={entry.at} />
            </span>
            {entry.text && <span class="ks-words ks-history__text">{entry.text}</span>}
          </li>
        ))}
      </ol>
    </details>
  );
}

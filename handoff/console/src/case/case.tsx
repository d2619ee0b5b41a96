// One case: what was said, what was matched, and what staff can do about it.
// Everything here is drawn from one `case` frame, so the version that goes with a command is always
// that of what was on the screen.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import type { Done } from "../commands";
import { Copy } from "../parts/copy";
import { BackLink } from "../parts/back-link";
import { handFocusTo } from "../parts/focus";
import { Problem } from "../parts/problem";
import { CaseTitle, webAddress } from "../parts/words";
import { inCase } from "../shortcuts/names";
import { useShortcut } from "../shortcuts/use-shortcut";
import type {
  Case,
  CaseCommand,
  CaseFrame,
  Colleague,
  Desk,
  OtherCommand,
  Outcome,
  Reply,
  Staff,
  Way,
} from "../types";
import { atHandle, reasonWords, referenceWords } from "../words";
import { Actions, type QuickAction } from "./actions";
import { actionsOn, isMine, mayUndo, needsApproval, takersOf, waysOf } from "./allowed";
import { Earlier, History } from "./aside";
import { CloseForm } from "./close-form";
import { Conversation } from "./conversation";
import type { Count } from "./counter";
import { useWatched, type DraftKeeper } from "./drafts";
import { CaseFacts, Others } from "./facts";
import { withoutInitials } from "./insertion";
import { Notes } from "./notes";
import type { PassTarget } from "./pass-form";
import { ReplyForm } from "./reply-form";
import type { ReplyActions } from "./reply-item";

/**
 * What didn't work, and beside what it is to be said: the name of an action ("close", "note"), or
 * that of one on a reply ("undo-31", "retry-31", "judge-31").
 */
export interface CaseProblem {
  place: string;
  text: string;
}

export interface CaseViewProps {
  id: number;
  staff: Staff;
  may: ReadonlySet<string>;
  desk: Desk;
  people: readonly Colleague[];
  /** from the queue, shown until the whole case is here */
  summary: Case | undefined;
  detail: CaseFrame | undefined;
  draft: DraftKeeper;
  /** what waits in the queue besides it */
  next: Case | undefined;
  /** the server's sentence if the case can't be had */
  missing: string | null;
  limits: Record<Way, number>;
  problem: CaseProblem | null;
  onProblem: (problem: CaseProblem | null) => void;
  onCommand: (command: CaseCommand, seen: Case) => Promise<Done>;
  onOther: (command: OtherCommand) => Promise<Done>;
  onCount: (text: string, way: Way) => Promise<Count | null>;
  onTyped: () => void;
  onSent: () => void;
  announce: (text: string) => void;
}

const quickDone: Record<QuickAction, string> = {
  mark: "Marked sensitive: it comes first now.",
  unmark: "It isn't marked sensitive any more.",
  mute: "Muted.",
  unmute: "No longer muted.",
};

function quickCommand(action: QuickAction, seen: Case): CaseCommand {
  const about = { case: seen.id, version: seen.version };
  return action === "mark" || action === "unmark"
    ? { type: "mark", ...about, sensitive: action === "mark" }
    : { type: "mute", ...about, muted: action === "mute" };
}

export function CaseView(props: CaseViewProps) {
  const { id, desk, summary, detail, missing } = props;
  const one = detail?.case ?? summary;
  // Whoever leaves has seen it; what goes wrong after that is said on every view.
  useEffect(() => () => props.onProblem(null), []);

  // One heading from the first moment on: the focus is on it before the whole case is here.
  const heading = useRef<HTMLHeadingElement>(null);
  const reference = one?.reference && referenceWords(desk.reference_prefix, one.reference);

  return (
    <article class="ks-case" data-testid="case" data-case-id={id} data-case-version={one?.version}>
      <BackLink />
      <span class="govuk-caption-l ks-case__caption">
        Case {id}
        {reference && <Copy words={reference} what="reference" announce={props.announce} />}
      </span>
      <h1 class="govuk-heading-l ks-case__title" tabIndex={-1} ref={heading}>
        {one ? reasonWords(one.reason) : `Case ${id}`}
      </h1>
      {one && <CaseFacts one={one} staffId={props.staff.id} />}
      {one?.state === "closed" && props.next && <NextCase next={props.next} />}
      {detail ? (
        <WholeCase {...props} detail={detail} heading={heading} />
      ) : missing ? (
        <Problem text={missing} />
      ) : (
        <p class="govuk-body">Fetching the case…</p>
      )}
    </article>
  );
}

/** Whoever has closed one goes on with the most urgent that nobody has. */
function NextCase({ next }: { next: Case }) {
  return (
    <p class="govuk-body">
      Next in the queue:{" "}
      <a class="govuk-link" href={`#/case/${next.id}`} data-testid="next-case">
        <CaseTitle one={next} />, from {atHandle(next.resident.handle)}
      </a>
    </p>
  );
}

type WholeCaseProps = CaseViewProps & {
  detail: CaseFrame;
  heading: RefObject<HTMLHeadingElement>;
};

function WholeCase(props: WholeCaseProps) {
  const { id, staff, may, desk, people, detail, draft, heading } = props;
  const { problem, onProblem, announce } = props;
  const one = detail.case;
  const talk = useRef<HTMLHeadingElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const keptBox = useRef<HTMLTextAreaElement>(null);
  const noteBox = useRef<HTMLTextAreaElement>(null);
  const closeFirst = useRef<HTMLSelectElement>(null);
  const underWay = useUnderWay();
  const [writeNext, setWriteNext] = useState(false);
  const allowed = actionsOn(one, staff.id, may);
  const mine = isMine(one, staff.id);
  const ways = waysOf(detail.messages, may);
  const newest = detail.messages[detail.messages.length - 1];
  const about = { case: id, version: one.version };
  const problemAt = (place: string) => (problem?.place === place ? problem.text : null);
  const invalid = (place: string) => (text: string) => onProblem({ place, text });

  useAnnouncements(detail, staff.id, desk.undo_s, announce);

  // Taken away in the middle of a word: the focus stays with the words, or the next letters would be
  // shortcuts.
  const stoodInBox = box.current !== null && document.activeElement === box.current;
  useLayoutEffect(() => {
    if (mine || !stoodInBox) return;
    (keptBox.current ?? heading.current)?.focus();
    announce(`${lostWords(one)} What you wrote is kept.`);
  }, [mine]);

  async function run(place: string, doIt: () => Promise<Done>): Promise<Done | null> {
    if (!underWay.begin(place)) return null;
    onProblem(null);
    const done = await doIt();
    underWay.end(place);
    if (!done.ok) onProblem({ place, text: done.text });
    return done;
  }
  const runCase = async (place: string, command: CaseCommand) =>
    (await run(place, () => props.onCommand(command, one)))?.ok ?? false;
  const runOther = async (place: string, command: OtherCommand) =>
    (await run(place, () => props.onOther(command)))?.ok ?? false;

  async function claim() {
    if (!(await runCase("case", { type: "claim", ...about }))) return;
    setWriteNext(true);
    announce("The case is yours.");
  }

  async function release() {
    if (!(await runCase("case", { type: "release", ...about }))) return;
    announce("The case is back in the queue.");
    handFocusTo(heading.current);
  }

  async function quick(action: QuickAction): Promise<boolean> {
    if (!(await runCase(action, quickCommand(action, one)))) return false;
    announce(quickDone[action]);
    return true;
  }

  async function pass(target: PassTarget, text: string): Promise<boolean> {
    const command: CaseCommand = { type: "pass", ...about, ...target, ...(text && { text }) };
    if (!(await runCase("pass", command))) return false;
    const to = target.team ?? people.find(({ id: who }) => who === target.to)?.name;
    announce(`Sent to ${to ?? "a colleague"}.`);
    handFocusTo(heading.current);
    return true;
  }

  async function send(text: string, way: Way, split: boolean) {
    const command: CaseCommand = { type: "reply", ...about, text, way, ...(split && { split }) };
    if (underWay.has("reply")) return;
    draft.beginSending();
    const done = await run("reply", () => props.onCommand(command, one));
    if (!done?.ok) {
      draft.notSent();
      return;
    }
    draft.sent(text);
    props.onSent();
    handFocusTo(box.current);
  }

  async function undo(reply: Reply) {
    const place = `undo-${reply.id}`;
    if (!(await runOther(place, { type: "undo", reply: reply.id }))) return;
    draft.putBack(textOfAll(reply, detail.replies, staff), reply.private ? "private" : "public");
    announce("Taken back: it wasn't sent. The text is in the box again.");
    handFocusTo(box.current);
  }

  async function retry(reply: Reply) {
    const command: CaseCommand = { type: "retry", ...about, reply: reply.id };
    if (!(await runCase(`retry-${reply.id}`, command))) return;
    announce("The reply is waiting to be sent again.");
    handFocusTo(talk.current);
  }

  async function approve(reply: Reply, text: string | null) {
    const command: OtherCommand = {
      type: "approve",
      reply: reply.id,
      ...(text !== null && { text }),
    };
    if (!(await runOther(`judge-${reply.id}`, command))) return;
    announce("Approved: the reply is on its way.");
    handFocusTo(talk.current);
  }

  async function giveBack(reply: Reply, word: string) {
    const command: OtherCommand = { type: "return", reply: reply.id, text: word };
    if (!(await runOther(`judge-${reply.id}`, command))) return;
    announce(`Given back to ${reply.by?.name ?? "its writer"}.`);
    handFocusTo(talk.current);
  }

  async function close(outcome: Outcome, department: string | null) {
    const command: CaseCommand = {
      type: "close",
      ...about,
      outcome,
      ...(department !== null && { department }),
    };
    if (!(await runCase("close", command))) return;
    announce("The case is closed.");
    handFocusTo(heading.current);
  }

  async function note(text: string, to: number[]): Promise<boolean> {
    if (!(await runOther("note", { type: "note", case: id, text, to }))) return false;
    announce("The note is there.");
    return true;
  }

  const held = detail.replies.find((reply) => mayUndo(reply, detail.replies, staff.id, may));
  useShortcut(...inCase.claim, allowed.has("claim") ? () => void claim() : null);
  useShortcut(...inCase.reply, mine ? () => box.current?.focus() : null);
  useShortcut(...inCase.note, allowed.has("note") ? () => noteBox.current?.focus() : null);
  useShortcut(...inCase.undo, held ? () => void undo(held) : null);
  useShortcut(...inCase.close, mine ? () => closeFirst.current?.focus() : null);

  const actions: ReplyActions = {
    isBusy: underWay.has,
    problemAt,
    limits: props.limits,
    onRetry: (reply) => void retry(reply),
    onUndo: (reply) => void undo(reply),
    onApprove: (reply, text) => void approve(reply, text),
    onReturn: (reply, word) => void giveBack(reply, word),
    onInvalid: (reply, text) => onProblem({ place: `judge-${reply.id}`, text }),
    onCount: props.onCount,
  };
  const others = people.filter((who) => who.case === id && who.id !== staff.id && who.here);

  return (
    <>
      <Others others={others} />
      {one.elsewhere && (
        <p class="govuk-body" data-testid="elsewhere">
          Somebody of ours answers this in X's own app, so nothing is said automatically. If they
          don't any more, take it or put it back.
        </p>
      )}
      <Actions
        allowed={allowed}
        onX={latestOnX(detail)}
        teams={desk.teams.filter((team) => team !== one.team)}
        colleagues={takersOf(one, people, staff.id)}
        isBusy={underWay.has}
        problemAt={problemAt}
        onClaim={claim}
        onRelease={release}
        onToReply={() => box.current?.focus()}
        onQuick={quick}
        onPass={pass}
        onInvalid={invalid("pass")}
      />
      <div class="ks-case__columns">
        <div>
          <Conversation
            detail={detail}
            staffId={staff.id}
            may={may}
            heading={talk}
            actions={actions}
          />
          {allowed.has("reply") && ways.length > 0 ? (
            <ReplyForm
              one={one}
              staff={staff}
              draft={draft}
              ways={ways}
              way={newest?.kind === "private" ? "private" : "public"}
              proposes={needsApproval(may)}
              limits={props.limits}
              ready={{
                sensitive: one.sensitive,
                suggestions: detail.suggestions,
                canned: desk.canned,
                links: desk.links,
              }}
              box={box}
              takeFocus={writeNext}
              busy={underWay.has("reply")}
              problem={problemAt("reply")}
              onTyped={props.onTyped}
              onInvalid={invalid("reply")}
              onSend={send}
              onCount={props.onCount}
              announce={announce}
            />
          ) : (
            <NotYours one={one} draft={draft} box={keptBox} problem={problemAt("reply")} />
          )}
        </div>
        <div>
          {allowed.has("close") ? (
            <CloseForm
              departments={desk.departments}
              busy={underWay.has("close")}
              problem={problemAt("close")}
              first={closeFirst}
              onInvalid={invalid("close")}
              onClose={close}
            />
          ) : (
            problemAt("close") && <Problem text={problemAt("close") ?? ""} />
          )}
          <Notes
            notes={detail.notes}
            staffId={staff.id}
            colleagues={people}
            mayWrite={allowed.has("note")}
            busy={underWay.has("note")}
            problem={problemAt("note")}
            box={noteBox}
            keptAs={`note.${staff.id}.${id}`}
            onInvalid={invalid("note")}
            onAdd={note}
          />
          <Earlier earlier={detail.earlier} prefix={desk.reference_prefix} />
          <History history={detail.history} />
        </div>
      </div>
    </>
  );
}

/**
 * What has been asked for and has no answer yet, by its place. Nothing is asked for twice, and while
 * one thing waits for a connection the others can still be done.
 */
function useUnderWay() {
  const places = useRef<ReadonlySet<string>>(new Set());
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0);

  function become(now: ReadonlySet<string>) {
    places.current = now;
    redraw();
  }
  return {
    has: (place: string) => places.current.has(place),
    begin(place: string): boolean {
      if (places.current.has(place)) return false;
      become(new Set(places.current).add(place));
      return true;
    },
    end: (place: string) => become(new Set([...places.current].filter((one) => one !== place))),
  };
}

/** Of a split reply all parts, as they were written. */
function textOfAll(first: Reply, all: readonly Reply[], staff: Staff): string {
  const next = all.find(({ after }) => after === first.id);
  const text = withoutInitials(first.text ?? "", staff.initials);
  return next ? `${text} ${textOfAll(next, all, staff)}` : text;
}

function latestOnX({ messages }: CaseFrame): string | null {
  const shown = messages.filter(({ gone_at, remote_url }) => !gone_at && webAddress(remote_url));
  return shown[shown.length - 1]?.remote_url ?? null;
}

/** What is new in the case, once: the resident's words, and what becomes of one's own reply. */
function useAnnouncements(
  detail: CaseFrame,
  staffId: number,
  undoS: number,
  announce: (text: string) => void,
): void {
  const seen = useRef<Pick<CaseFrame, "messages" | "replies"> | null>(null);
  useEffect(() => {
    const before = seen.current;
    seen.current = detail;
    if (!before) return;
    if (detail.messages.length > before.messages.length) {
      announce(`${atHandle(detail.case.resident.handle)} wrote again.`);
    }
    const said = newsOfReply(before.replies, detail.replies, staffId, undoS);
    if (said) announce(said);
  }, [detail]);
}

/** What has become of this person's replies since, if they should hear of it now. */
export function newsOfReply(
  before: readonly Reply[],
  now: readonly Reply[],
  staffId: number,
  undoS: number,
): string | null {
  const states = new Map(before.map(({ id, state }) => [id, state]));
  const news = now.filter(({ id, by, state }) => by?.id === staffId && states.get(id) !== state);
  const is = (state: Reply["state"]) => news.some((reply) => reply.state === state);
  if (is("failed")) return "Your reply could not be sent: the conversation says why.";
  if (is("returned")) return "Your reply was given back: the conversation says why.";
  const taken = news.find(({ id }) => !states.has(id));
  return taken ? takenWords(taken.state, undoS) : null;
}

function takenWords(state: Reply["state"], undoS: number): string {
  if (state === "held") return `Your reply goes out in ${undoS} seconds. Undo stands before the box.`;
  if (state === "proposed") return "Your reply waits for somebody's approval.";
  return "Your reply is waiting to be sent.";
}

function lostWords({ owner, state }: Case): string {
  if (owner) return `${owner.name} has this case now.`;
  return state === "closed" ? "This case is closed now." : "This case is back in the queue.";
}

interface NotYoursProps {
  one: Case;
  draft: DraftKeeper;
  box: RefObject<HTMLTextAreaElement>;
  problem: string | null;
}

function NotYours({ one, draft, box, problem }: NotYoursProps) {
  const { text } = useWatched(draft);
  return (
    <>
      {problem && <Problem text={problem} />}
      {one.state !== "closed" && (
        <p class="govuk-body" data-testid="not-yours">
          {one.state === "open"
            ? "Claim the case to reply or to close it."
            : `${one.owner?.name ?? "Somebody"} has this case: only they can reply.`}
        </p>
      )}
      {text && (
        <div class="govuk-inset-text" data-testid="kept-draft">
          <label class="govuk-label" for="kept-text">
            You had begun a reply here. It's kept:
          </label>
          <textarea
            class="govuk-textarea ks-box"
            id="kept-text"
            rows={5}
            ref={box}
            value={text}
            readOnly
            data-testid="kept-text"
          />
        </div>
      )}
    </>
  );
}

// The box in which staff write. What is in it belongs to the draft's keeper; only a reply that was
// taken empties it.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { handFocusTo } from "../parts/focus";
import { Problem } from "../parts/problem";
import { At } from "../parts/words";
import type { Case, Staff, Suggestion, Way } from "../types";
import { atHandle } from "../words";
import { CountLine, Warnings } from "./count-line";
import { useCount, type Count } from "./counter";
import { useWatched, type DraftKeeper } from "./drafts";
import { insertAtCursor } from "./insertion";
import { Insert, suggestedText, type InsertProps } from "./insert";

export interface ReplyFormProps {
  one: Case;
  staff: Staff;
  draft: DraftKeeper;
  /** that this person has; one at least */
  ways: readonly Way[];
  /** of the newest message */
  way: Way;
  /** somebody else must say yes to it first */
  proposes: boolean;
  limits: Record<Way, number>;
  ready: Omit<InsertProps, "onInsert">;
  box: RefObject<HTMLTextAreaElement>;
  takeFocus: boolean;
  busy: boolean;
  problem: string | null;
  onTyped: () => void;
  onInvalid: (text: string) => void;
  onSend: (text: string, way: Way, split: boolean) => void;
  onCount: (text: string, way: Way) => Promise<Count | null>;
  announce: (text: string) => void;
}

const wayWords: Record<Way, { name: string; hint: string; send: string }> = {
  public: { name: "Public reply", hint: "Anybody can read it.", send: "Send the reply" },
  private: {
    name: "Direct message",
    hint: "Only they and our staff can read it.",
    send: "Send the direct message",
  },
};

export function ReplyForm(props: ReplyFormProps) {
  const { one, staff, ways, proposes, limits, box, busy, problem, onInvalid } = props;
  const draft = useWatched(props.draft);
  const { way, moved, choose, settle } = useWay(props);
  const [split, setSplit] = useState(false);
  const { text } = draft;
  const { count, over, upToDate } = useCount(text, way, props.onCount);
  const splits = way === "public" && over > 0 && (count?.parts ?? 1) > 1;
  const tooLong = over > 0 && !(splits && split);

  useLayoutEffect(() => {
    if (props.takeFocus) handFocusTo(box.current);
  }, [props.takeFocus]);

  function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!text.trim()) {
      onInvalid("There's nothing to send yet: write your reply first.");
    } else if (tooLong && upToDate) {
      // Of a text that was changed since, only the server can tell.
      const or = splits ? ", or send it as a thread" : "";
      onInvalid(`Your reply is ${over} too long to send. Make it shorter${or}.`);
    } else {
      props.onSend(text, way, splits && split);
      setSplit(false);
    }
  }

  // What is said to many has somebody's name in front: the network refuses the same words twice.
  function addressed(words: string): string {
    return way === "public" && !text.trim() ? `${atHandle(one.resident.handle)} ${words}` : words;
  }

  function insert(words: string) {
    if (box.current) insertAtCursor(box.current, addressed(words));
  }

  function sendByKey(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) submit(event);
  }

  const would = props.ready.suggestions.find((one) => one.would);
  const send = proposes ? "Send for approval" : wayWords[way].send;
  return (
    <form class="ks-reply" onSubmit={submit} noValidate data-testid="reply-form">
      {problem && <Problem title="Your reply was not sent" text={problem} />}
      <OtherDraft draft={draft} box={box} announce={props.announce} />
      {moved && <Moved one={one} way={way} onChoose={choose} onStay={settle} />}
      {would && <Would suggestion={would} busy={busy} onTake={insert} />}
      <div class={tooLong ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
        <h2 class="govuk-label-wrapper">
          <label class="govuk-label govuk-label--m" for="reply-text">
            Your reply to <bdi>{atHandle(one.resident.handle)}</bdi>
          </label>
        </h2>
        <p class="govuk-hint" id="reply-hint">
          It goes from <bdi>{atHandle(one.account)}</bdi>
          {way === "private" ? " as a direct message. " : ". "}
          <span data-testid="way-hint">{wayWords[way].hint}</span>
          {proposes && " Somebody else looks at it before it goes."}
        </p>
        <textarea
          class={tooLong ? "govuk-textarea ks-box govuk-textarea--error" : "govuk-textarea ks-box"}
          id="reply-text"
          name="reply"
          rows={5}
          ref={box}
          value={text}
          readOnly={busy}
          aria-describedby="reply-hint reply-initials reply-count"
          aria-invalid={tooLong}
          onInput={(event) => {
            draft.write(event.currentTarget.value, way);
            props.onTyped();
          }}
          onKeyDown={sendByKey}
          data-testid="reply-text"
        />
        <p class="govuk-body-s ks-reply__initials" id="reply-initials">
          We add your initials: <strong>^{staff.initials}</strong>
        </p>
        <CountLine id="reply-count" count={count} limit={limits[way]} over={tooLong ? over : 0} />
        <Warnings warnings={text.trim() ? (count?.warnings ?? []) : []} />
      </div>
      {splits && <SplitChoice parts={count?.parts ?? 1} split={split} onChange={setSplit} />}
      {ways.length > 1 && <WayChoice ways={ways} way={way} onChange={choose} />}
      <div class="ks-reply__buttons">
        <button type="submit" class="govuk-button" aria-disabled={busy} data-testid="reply-send">
          {busy ? "Sending…" : send}
        </button>
        <Insert {...props.ready} onInsert={insert} />
      </div>
    </form>
  );
}

interface WouldProps {
  suggestion: Suggestion;
  busy: boolean;
  onTake: (words: string) => void;
}

/** What an intent would have said that isn't automatic, or isn't just now. */
function Would({ suggestion, busy, onTake }: WouldProps) {
  const words = suggestedText(suggestion);
  return (
    <div class="govuk-inset-text" data-testid="would-have-said">
      <p class="govuk-body-s">
        Kerbside would have said: <span class="ks-words">{words}</span>
      </p>
      <button
        type="button"
        class="govuk-button govuk-button--secondary"
        disabled={busy}
        onClick={() => onTake(words)}
        data-testid="take-would"
      >
        Put it into my reply
      </button>
    </div>
  );
}

/**
 * How the reply goes: as it was chosen, else as the resident wrote last. What is being written
 * doesn't change its way by itself: then `moved` says that they went elsewhere.
 */
function useWay({ draft, ways, way: latest, one, announce }: ReplyFormProps) {
  const [chosen, setChosen] = useState<Way>(draft.text && draft.way ? draft.way : latest);
  const [moved, setMoved] = useState(false);
  const before = useRef(latest);
  const written = useRef(draft.way);

  useEffect(() => {
    if (before.current === latest) return;
    before.current = latest;
    const next = wayAfterMove({ chosen, latest, writing: draft.text.trim() !== "" });
    setChosen(next.way);
    setMoved(next.ask && ways.includes(latest));
    if (next.ask) announce(`${atHandle(one.resident.handle)} now writes another way.`);
  }, [latest]);

  // A draft from elsewhere brings its own way.
  useEffect(() => {
    if (written.current === draft.way) return;
    written.current = draft.way;
    if (draft.way) setChosen(draft.way);
  }, [draft.way]);

  const way = ways.includes(chosen) ? chosen : (ways[0] ?? chosen);
  function choose(now: Way) {
    setMoved(false);
    setChosen(now);
    if (draft.text) draft.write(draft.text, now);
    written.current = draft.way;
  }
  return { way, moved: moved && way !== latest, choose, settle: () => setMoved(false) };
}

/** The resident wrote another way than before: which way the reply goes now, and whether to ask. */
export function wayAfterMove(now: { chosen: Way; latest: Way; writing: boolean }): {
  way: Way;
  ask: boolean;
} {
  if (!now.writing) return { way: now.latest, ask: false };
  return { way: now.chosen, ask: now.chosen !== now.latest };
}

interface MovedProps {
  one: Case;
  way: Way;
  onChoose: (way: Way) => void;
  onStay: () => void;
}

function Moved({ one, way, onChoose, onStay }: MovedProps) {
  const other: Way = way === "public" ? "private" : "public";
  return (
    <div class="ks-aside-note" data-testid="way-moved">
      <p class="govuk-body">
        <bdi>{atHandle(one.resident.handle)}</bdi>{" "}
        {other === "private"
          ? "has written a direct message since you began. Your reply would be public."
          : "has written in public since you began. Your reply would be a direct message."}
      </p>
      <div class="govuk-button-group">
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          onClick={() => onChoose(other)}
          data-testid="way-follow"
        >
          {other === "private" ? "Make it a direct message" : "Make it a public reply"}
        </button>
        <button type="button" class="ks-plain-button" onClick={onStay} data-testid="way-stay">
          Leave it as it is
        </button>
      </div>
    </div>
  );
}

interface OtherDraftProps {
  draft: DraftKeeper;
  box: RefObject<HTMLTextAreaElement>;
  announce: (text: string) => void;
}

/** What else this person has written here: in another window, or before the connection broke. */
function OtherDraft({ draft, box, announce }: OtherDraftProps) {
  const { other } = draft;
  const text = other?.text;
  useEffect(() => {
    if (text) announce("There's another draft of yours for this case.");
  }, [text]);
  if (!other) return null;

  function leave(run: () => void) {
    run();
    box.current?.focus();
  }
  return (
    <div class="ks-aside-note" data-testid="other-draft">
      <p class="govuk-body">
        You've also written this here, <At at={other.changed_at} />:
      </p>
      <p class="govuk-body ks-words" dir="auto">
        {other.text}
      </p>
      <div class="govuk-button-group">
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          onClick={() => leave(() => draft.swap())}
          data-testid="other-use"
        >
          Use this one instead
        </button>
        <button
          type="button"
          class="ks-plain-button"
          onClick={() => leave(() => draft.dropOther())}
          data-testid="other-drop"
        >
          I don't need it
        </button>
      </div>
    </div>
  );
}

interface SplitChoiceProps {
  parts: number;
  split: boolean;
  onChange: (split: boolean) => void;
}

function SplitChoice({ parts, split, onChange }: SplitChoiceProps) {
  return (
    <div class="govuk-checkboxes govuk-checkboxes--small ks-split">
      <div class="govuk-checkboxes__item">
        <input
          class="govuk-checkboxes__input"
          id="reply-split"
          type="checkbox"
          checked={split}
          onChange={(event) => onChange(event.currentTarget.checked)}
          data-testid="reply-split"
        />
        <label class="govuk-label govuk-checkboxes__label" for="reply-split">
          Send it as a thread of {parts} replies, cut between sentences
        </label>
      </div>
    </div>
  );
}

interface WayChoiceProps {
  ways: readonly Way[];
  way: Way;
  onChange: (way: Way) => void;
}

function WayChoice({ ways, way, onChange }: WayChoiceProps) {
  return (
    <fieldset class="govuk-fieldset ks-way">
      <legend class="govuk-fieldset__legend">How should it go?</legend>
      <div class="govuk-radios govuk-radios--small govuk-radios--inline">
        {ways.map((value) => (
          <div class="govuk-radios__item" key={value}>
            <input
              class="govuk-radios__input"
              id={`way-${value}`}
              name="way"
              type="radio"
              value={value}
              checked={way === value}
              onChange={() => onChange(value)}
              data-testid={`way-${value}`}
            />
            <label class="govuk-label govuk-radios__label" for={`way-${value}`}>
              {wayWords[value].name}
            </label>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

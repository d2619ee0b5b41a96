// The box in which staff write. What is in it is kept at every key; only a reply that was taken
// empties it.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import type { Case, Staff, Way } from "../types";
import { atHandle } from "../words";
import { Counter, countWords, type Count } from "./counter";
import { keepDraft, readDraft } from "./drafts";

export interface ReplyFormProps {
  one: Case;
  staff: Staff;
  /** that this person has; one at least */
  ways: readonly Way[];
  /** of the newest message */
  way: Way;
  limits: Record<Way, number>;
  takeFocus: boolean;
  busy: boolean;
  problem: string | null;
  onInvalid: (text: string) => void;
  onSend: (text: string, way: Way) => Promise<boolean>;
  onCount: (text: string, way: Way) => Promise<Count | null>;
}

const wayWords: Record<Way, { name: string; hint: string; only: string }> = {
  public: {
    name: "Public reply",
    hint: "Anybody can read it.",
    only: "Anybody can read your reply.",
  },
  private: {
    name: "Direct message",
    hint: "Only they and our staff can read it.",
    only: "It goes as a direct message, as they wrote to us: only they and our staff can read it.",
  },
};

export function ReplyForm(props: ReplyFormProps) {
  const { one, staff, ways, limits, takeFocus, busy, problem, onInvalid, onSend } = props;
  const [chosen, setChosen] = useState<Way>(props.way);
  const way = ways.includes(chosen) ? chosen : (ways[0] ?? chosen);
  const [text, setText] = useState(() => readDraft(staff.id, one.id));
  const [counted, setCounted] = useState<{ count: Count | null; text: string } | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);

  const ask = useRef(props.onCount);
  ask.current = props.onCount;
  const wayNow = useRef(way);
  wayNow.current = way;
  const counter = useMemo(
    () =>
      new Counter({
        ask: (asked) => ask.current(asked, wayNow.current),
        onCount: (count, of) => setCounted({ count, text: of }),
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      }),
    [],
  );
  useEffect(() => {
    counter.count(text);
  }, [text, way]);
  useEffect(() => {
    if (takeFocus) box.current?.focus();
  }, [takeFocus]);
  useEffect(() => () => counter.stop(), []);

  function write(now: string) {
    setText(now);
    keepDraft(staff.id, one.id, now);
  }

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!text.trim()) {
      onInvalid("There's nothing to send yet: write your reply first.");
      return;
    }
    // Of a text that was changed since, only the server can tell.
    if (over > 0 && counted?.text === text) {
      onInvalid(`Your reply is ${over} too long to send. Make it shorter and try again.`);
      return;
    }
    if (await onSend(text, way)) setText("");
  }

  const count = counted?.count ?? null;
  const over = count ? count.weight - count.limit : 0;

  return (
    <form class="ks-reply" onSubmit={submit} noValidate>
      {problem && <Problem title="Your reply was not sent" text={problem} />}
      <div class={over > 0 ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
        <h2 class="govuk-label-wrapper">
          <label class="govuk-label govuk-label--m" for="reply-text">
            Your reply to <bdi>{atHandle(one.resident.handle)}</bdi>
          </label>
        </h2>
        <p class="govuk-hint" id="reply-hint">
          It goes from <bdi>{atHandle(one.account)}</bdi>. We add your initials, ^{staff.initials}.
        </p>
        {ways.length > 1 ? (
          <WayChoice ways={ways} way={way} onChange={setChosen} />
        ) : (
          <p class="govuk-body" data-testid="only-way">
            {wayWords[way].only}
          </p>
        )}
        <textarea
          class={over > 0 ? "govuk-textarea govuk-textarea--error" : "govuk-textarea"}
          id="reply-text"
          name="reply"
          rows={5}
          ref={box}
          value={text}
          readOnly={busy}
          aria-describedby="reply-hint reply-count"
          aria-invalid={over > 0}
          onInput={(event) => write(event.currentTarget.value)}
          data-testid="reply-text"
        />
        <p
          class={over > 0 ? "govuk-error-message ks-count" : "govuk-hint ks-count"}
          id="reply-count"
          data-testid="reply-count"
        >
          {countWords(count, limits[way])}
        </p>
        <p class="govuk-visually-hidden" aria-live="polite">
          {over > 0 ? "Too long to send." : ""}
        </p>
      </div>
      <button type="submit" class="govuk-button" aria-disabled={busy} data-testid="reply-send">
        {busy ? "Sending…" : way === "private" ? "Send the direct message" : "Send the reply"}
      </button>
    </form>
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
              aria-describedby="way-hint"
              onChange={() => onChange(value)}
              data-testid={`way-${value}`}
            />
            <label class="govuk-label govuk-radios__label" for={`way-${value}`}>
              {wayWords[value].name}
            </label>
          </div>
        ))}
      </div>
      <p class="govuk-hint ks-way__hint" id="way-hint">
        {wayWords[way].hint}
      </p>
    </fieldset>
  );
}

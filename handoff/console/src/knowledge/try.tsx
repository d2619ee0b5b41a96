// A message typed to see what would be done about it, by what is live and by the draft.

import { useRef, useState } from "preact/hooks";
import { askIfConnected, type Ask } from "../commands";
import { useKept } from "../parts/kept";
import { Problem } from "../parts/problem";
import { spansOf, WhyList } from "../parts/why";
import { TheirWords } from "../parts/words";
import type { State } from "../state";
import type { KbTried, KbTryFrame, Staff } from "../types";
import { percent, reasonWords } from "../words";
import { DateBox } from "./boxes";
import { momentOfText } from "./local-time";
import { itemHref } from "./place";
import { noConnection } from "./store";

const mostKept = 10;

/** The newest first, each once. */
export function withTried(tried: readonly string[], text: string): string[] {
  return [text, ...tried.filter((one) => one !== text)].slice(0, mostKept);
}

/** Every message on X names the account that it is to, and is understood with it. */
export function addressed(text: string, accounts: readonly string[]): string {
  const to = accounts[0];
  return to && !/(^|\W)@\w/.test(text) ? `@${to} ${text}` : text;
}

function readTried(kept: string): string[] {
  try {
    const tried: unknown = JSON.parse(kept);
    return Array.isArray(tried) ? tried.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** What is done about a message, in a sentence. */
export function triedWords({ action, reason, titles }: KbTried): string {
  const about = titles.length > 0 ? `: ${titles.join(" and ")}` : "";
  switch (action) {
    case "answer":
      return `Answered${about}`;
    case "ignore":
      return "Left alone as trolling";
    case "thank":
      return "Thanked";
    case "none":
      return "Nothing to answer";
    default:
      return reason ? `Goes to a person: ${reasonWords(reason).toLowerCase()}` : `Goes to a person`;
  }
}

/** What would help where there was no answer, or null. */
export function weaknessOf(
  { reason, why, second }: Pick<KbTried, "reason" | "why" | "second">,
  opinion: KbTryFrame["opinion"] = null,
) {
  if (reason !== "unresolved") return null;
  if (why.length === 0) {
    return "No phrase finds anything in it. If there is an answer to it, give that a phrase.";
  }
  if (second >= 0.5 || opinionWords(opinion)) return null;
  return "A phrase finds something, but the second opinion, which learns from examples, isn't sure. Write a few messages like this, in your own words, under “Other ways to ask for it” of the answer, or give it a phrase that says more.";
}

const untrained = {
  missing: "the second opinion hasn't learned this draft yet, so phrases alone decided",
  live: "the second opinion hasn't learned what this draft changes yet, so the live one was asked",
};

/** Why what the draft was seen to do may still change, and when it is sure; or null. */
export function opinionWords(opinion: KbTryFrame["opinion"]): string | null {
  if (opinion === null || opinion === "trained") return null;
  return `This may change: ${untrained[opinion]}. It learns within a minute or so of the last change, and always before the draft is published. Try the message again then: what isn't answered now may be, and what is answered may go to a person.`;
}

interface TryPanelProps {
  staff: Staff;
  state: Pick<State, "desk">;
  ask: Ask;
  connected: boolean;
  announce: (text: string) => void;
  /** the heading of what it stands in */
  heading: "h1" | "h2";
}

export function TryPanel({ staff, state, ask, connected, announce, heading }: TryPanelProps) {
  const [text, setText] = useKept(`kb.try.${staff.id}`, "");
  const [kept, setKept] = useKept(`kb.tried.${staff.id}`, "[]");
  const [at, setAt] = useState("");
  const [found, setFound] = useState<KbTryFrame | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);
  const tried = readTried(kept);

  async function run(wanted: string) {
    if (wanted.trim() === "") {
      setProblem("Type a message first, as a resident would write it.");
      return;
    }
    const mine = ++turn.current;
    setBusy(true);
    setProblem(null);
    const moment = momentOfText(at);
    const text = addressed(wanted, state.desk.accounts);
    const answer = await askIfConnected(ask, { type: "kb_try", text, at: moment });
    if (mine !== turn.current) return;
    setBusy(false);
    if (answer?.type !== "kb_try") {
      setProblem(answer?.type === "refused" ? answer.text : noConnection);
      return;
    }
    setFound(answer);
    setKept(JSON.stringify(withTried(tried, wanted)));
    announce(`Tried. Live: ${triedWords(answer.live)}. ${draftSaid(answer)}`);
  }
  function submit(event: Event) {
    event.preventDefault();
    if (!busy) void run(text);
  }
  function byKey(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    submit(event);
  }
  function again(one: string) {
    setText(one);
    void run(one);
  }

  const Heading = heading;
  const under = heading === "h1" ? "h2" : "h3";
  const Under = under;
  return (
    <section aria-labelledby="try-heading" data-testid="try">
      <Heading
        class={heading === "h1" ? "govuk-heading-l" : "govuk-heading-m"}
        id="try-heading"
        tabIndex={-1}
      >
        Try a message
      </Heading>
      <form onSubmit={submit} noValidate>
        {problem && <Problem title="It wasn't tried" text={problem} />}
        <div class="govuk-form-group">
          <label class="govuk-label" for="try-text">
            A message, as a resident would write it
          </label>
          <p class="govuk-hint" id="try-hint">
            Nothing is sent. Enter tries it, as if it were written to us.
          </p>
          <textarea
            class="govuk-textarea ks-kb-text"
            id="try-text"
            rows={3}
            value={text}
            aria-describedby="try-hint"
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={byKey}
            data-testid="try-text"
          />
        </div>
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">As if it were written at another time</span>
          </summary>
          <label class="govuk-label" for="try-at">
            Written at
          </label>
          <DateBox
            id="try-at"
            text={at}
            withTime
            wrong={false}
            describedBy={undefined}
            onText={setAt}
          />
        </details>
        <button
          type="submit"
          class="govuk-button"
          aria-disabled={busy || !connected}
          data-testid="try-go"
        >
          {busy ? "Trying…" : "Try it"}
        </button>
      </form>
      {found && (
        <div class="ks-kb-tried" data-testid="tried">
          <TriedView name="Live" tried={found.live} text={found.text} heading={under} />
          {found.draft ? (
            <TriedView
              name="Draft"
              tried={found.draft}
              text={found.text}
              heading={under}
              opinion={found.opinion}
            />
          ) : (
            <div class="ks-kb-tried__one">
              <Under class="govuk-heading-s ks-kb-small">Draft</Under>
              <p class="govuk-body">{found.problem ?? "Nothing is changed in the draft."}</p>
            </div>
          )}
        </div>
      )}
      {tried.length > 0 && (
        <details class="govuk-details" data-testid="tried-before">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">Tried before</span>
          </summary>
          <ul class="govuk-list">
            {tried.map((one) => (
              <li key={one}>
                <button type="button" class="ks-link-button ks-words" onClick={() => again(one)}>
                  {one}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function draftSaid({ draft, live, opinion }: KbTryFrame): string {
  if (!draft) return "";
  const words = triedWords(draft);
  const said = words === triedWords(live) ? "The draft does the same." : `Draft: ${words}.`;
  return [said, opinionWords(opinion)].filter(Boolean).join(" ");
}

interface TriedViewProps {
  name: string;
  tried: KbTried;
  text: string;
  heading: "h2" | "h3";
  /** which second opinion it was asked with; live's own by itself */
  opinion?: KbTryFrame["opinion"];
}

export function TriedView({ name, tried, text, heading, opinion = null }: TriedViewProps) {
  const Heading = heading;
  const { why, reply, would, intents, titles, score, lead, residue, second } = tried;
  const passing = opinionWords(opinion);
  const weakness = weaknessOf(tried, opinion);
  return (
    <div class="ks-kb-tried__one" data-testid={`tried-${name.toLowerCase()}`}>
      <Heading class="govuk-heading-s ks-kb-small">{name}</Heading>
      <p class="govuk-body ks-kb-outcome">
        <strong>{triedWords(tried)}</strong>
      </p>
      <TheirWords text={text} spans={spansOf(why)} />
      {passing && (
        <p class="govuk-inset-text ks-kb-passing" data-testid="opinion">
          {passing}
        </p>
      )}
      {weakness && (
        <p class="govuk-body-s" data-testid="weakness">
          {weakness}
        </p>
      )}
      {reply !== null && <Bubble title="Our reply" text={reply} />}
      {would !== null && <Bubble title="What it would have said" text={would} />}
      <details class="govuk-details">
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">
            Why<span class="govuk-visually-hidden">: {name}</span>
          </span>
        </summary>
        <div class="govuk-details__text">
          <WhyList why={why} />
          {intents.length > 0 && (
            <p class="govuk-body-s">
              It could be about{" "}
              {intents.map((item, i) => (
                <span key={item}>
                  {i > 0 && ", "}
                  <a class="govuk-link" href={itemHref({ kind: "intent", item })}>
                    {titles[i] ?? item}
                  </a>
                </span>
              ))}
              .
            </p>
          )}
          <p class="govuk-body-s">
            {percent(score)} sure, {percent(lead)} more than the next; {percent(residue)} of the
            words stay unexplained.{" "}
            {opinion === "missing"
              ? "There was no second opinion."
              : `The second opinion says ${percent(second)}.`}
          </p>
        </div>
      </details>
    </div>
  );
}

function Bubble({ title, text }: { title: string; text: string }) {
  return (
    <>
      <p class="govuk-heading-s ks-kb-small">{title}</p>
      <p class="govuk-body ks-words ks-kb-bubble" dir="auto">
        {text}
      </p>
    </>
  );
}

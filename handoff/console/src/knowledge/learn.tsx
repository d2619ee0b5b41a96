// Learn: what residents asked and nothing explained, and what staff answered by hand. That is where
// the next intent comes from.

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import { TheirWords } from "../parts/words";
import type { KbEntry, KbExample, KbLearnFrame } from "../types";
import type { Beside } from "./beside";
import { intentsOf } from "./item";
import type { KnowledgePageProps } from "./knowledge";
import { dayChoices, learnWords, newIntentHref, phraseOf, timesWords } from "./learning";
import { itemHref } from "./place";
import { Fold } from "./proposals";
import { messagesWords } from "./replaying";
import { useAnswer } from "./use-answer";

export function LearnPage({ ask, connected, kb, onBeside, announce }: KnowledgePageProps) {
  const [days, setDays] = useState(30);
  const learn = useAnswer<KbLearnFrame>({
    ask,
    connected,
    subject: `${days} days`,
    question: { type: "kb_learn", days },
    answerOf: (answer) => (answer.type === "kb_learn" ? answer : null),
  });
  const found = learn.answer;
  const intents = intentsOf(kb).filter((one) => one.change !== "removed");
  const said = found ? learnWords(found, days) : null;
  const first = useRef(true);
  useEffect(() => {
    if (said && !first.current) announce(said);
    if (said) first.current = false;
  }, [said]);

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Learn
      </h1>
      <p class="govuk-body">
        What residents wrote and Kerbside could make nothing of, put together by its words. Each
        group is an answer that isn't there yet, or words that one doesn't know.
      </p>
      <Days days={days} onDays={setDays} />
      {learn.asking && (
        <p class="govuk-body" role="status">
          Reading what residents wrote…
        </p>
      )}
      {learn.problem && (
        <>
          <Problem title="That can't be shown" text={learn.problem} />
          <button type="button" class="govuk-button govuk-button--secondary" onClick={learn.again}>
            Try again
          </button>
        </>
      )}
      {said && (
        <p class="govuk-body" data-testid="learn-said">
          {said}
        </p>
      )}
      {found && found.groups.length > 0 && (
        <section aria-labelledby="unexplained">
          <h2 class="govuk-heading-m" id="unexplained">
            What nothing explained
          </h2>
          <p class="govuk-hint">
            The messages are there to be read: X forbids training on them, so an example is
            something that you say in your own words.
          </p>
          <ol class="ks-rows" data-testid="learn-groups">
            {found.groups.map((group) => (
              <li class="ks-row ks-tray__row" key={phraseOf(group)} data-testid="learn-group">
                <GroupRow group={group} intents={intents} onBeside={onBeside} />
              </li>
            ))}
          </ol>
        </section>
      )}
      {found && found.by_hand.length > 0 && (
        <section aria-labelledby="by-hand">
          <h2 class="govuk-heading-m" id="by-hand">
            What staff answered by hand
          </h2>
          <ol class="ks-rows" data-testid="learn-by-hand">
            {found.by_hand.map((one, n) => (
              <li class="ks-row ks-tray__row" key={n} data-testid="learn-answer">
                <ByHandRow one={one} number={n + 1} onBeside={onBeside} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Days({ days, onDays }: { days: number; onDays: (days: number) => void }) {
  return (
    <div class="govuk-form-group">
      <label class="govuk-label" for="learn-days">
        Messages of the last
      </label>
      <select
        class="govuk-select"
        id="learn-days"
        value={String(days)}
        onChange={(event) => onDays(Number(event.currentTarget.value))}
        data-testid="learn-days"
      >
        {dayChoices.map((one) => (
          <option key={one} value={String(one)}>
            {one} days
          </option>
        ))}
      </select>
    </div>
  );
}

function besideOf(href: string, examples: readonly KbExample[]): Beside {
  return { href, title: "What residents wrote", texts: examples.map(({ text }) => text) };
}

function Examples({ examples, about }: { examples: readonly KbExample[]; about: string }) {
  if (examples.length === 0) return null;
  return (
    <Fold summary={`Read ${messagesWords(examples.length)}`} about={about}>
      <ul class="ks-examples">
        {examples.map(({ message, text }) => (
          <li key={message}>
            <TheirWords text={text} />
          </li>
        ))}
      </ul>
    </Fold>
  );
}

interface GroupRowProps {
  group: KbLearnFrame["groups"][number];
  intents: readonly KbEntry[];
  onBeside: (beside: Beside) => void;
}

function GroupRow({ group, intents, onBeside }: GroupRowProps) {
  const phrase = phraseOf(group);
  const href = newIntentHref([phrase]);
  return (
    <>
      <h3 class="govuk-heading-s ks-tray__who">
        <bdi>“{phrase}”</bdi> <span class="ks-quiet">{messagesWords(group.count)}</span>
      </h3>
      <Examples examples={group.examples} about={phrase} />
      <p class="govuk-body">
        <a
          class="govuk-link"
          href={href}
          onClick={() => onBeside(besideOf(href, group.examples))}
          data-testid="make-intent"
        >
          Make an answer of it<span class="govuk-visually-hidden"> (“{phrase}”)</span>
        </a>
      </p>
      <AddTo group={group} intents={intents} onBeside={onBeside} />
    </>
  );
}

function AddTo({ group, intents, onBeside }: GroupRowProps) {
  const [item, setItem] = useState("");
  const [missing, setMissing] = useState(false);
  const select = useRef<HTMLSelectElement>(null);
  const phrase = phraseOf(group);
  const id = `add-${phrase.replace(/\W+/g, "-")}-${group.examples[0]?.message ?? 0}`;

  function submit(event: Event) {
    event.preventDefault();
    setMissing(item === "");
    if (item === "") {
      select.current?.focus();
      return;
    }
    const href = itemHref({ kind: "intent", item, field: "examples.yes" });
    onBeside(besideOf(href, group.examples));
    location.hash = href;
  }

  return (
    <form class="ks-add-to" onSubmit={submit} noValidate>
      <div class={missing ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
        <label class="govuk-label" for={id}>
          Or add it to an answer<span class="govuk-visually-hidden"> (“{phrase}”)</span>
        </label>
        {missing && (
          <p class="govuk-error-message" id={`${id}-error`}>
            <span class="govuk-visually-hidden">Error:</span> Choose the answer.
          </p>
        )}
        <select
          class={missing ? "govuk-select govuk-select--error" : "govuk-select"}
          id={id}
          ref={select}
          value={item}
          aria-describedby={missing ? `${id}-error` : undefined}
          aria-invalid={missing}
          onChange={(event) => setItem(event.currentTarget.value)}
          data-testid="add-to"
        >
          <option value="">Choose one</option>
          {intents.map((one) => (
            <option key={one.item} value={one.item}>
              {one.title || one.item}
            </option>
          ))}
        </select>
      </div>
      <button
        type="submit"
        class="govuk-button govuk-button--secondary"
        data-testid="add-to-do"
      >
        Add<span class="govuk-visually-hidden"> “{phrase}” to that answer</span>
      </button>
    </form>
  );
}

interface ByHandRowProps {
  one: KbLearnFrame["by_hand"][number];
  number: number;
  onBeside: (beside: Beside) => void;
}

function ByHandRow({ one, number, onBeside }: ByHandRowProps) {
  const href = newIntentHref([]);
  const about = `answer ${number}`;
  return (
    <>
      <h3 class="govuk-heading-s ks-tray__who">Said {timesWords(one.count)}</h3>
      <p class="govuk-body ks-words ks-tray__reply" dir="auto">
        {one.text}
      </p>
      <Examples examples={one.examples} about={about} />
      <p class="govuk-body">
        <a
          class="govuk-link"
          href={href}
          onClick={() => onBeside(besideOf(href, one.examples))}
          data-testid="make-intent"
        >
          Make an answer of it<span class="govuk-visually-hidden"> ({about})</span>
        </a>
      </p>
    </>
  );
}

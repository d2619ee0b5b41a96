// One message in a replay: what is done about it now, and what the draft would do.

import { At, TheirWords } from "../parts/words";
import { spansOf } from "../parts/why";
import type { KbReplayed, KbTried } from "../types";
import type { Beside } from "./beside";
import { itemHref } from "./place";
import { intentsOf } from "./replaying";
import { triedWords } from "./try";

export interface ReplayedRowProps {
  one: KbReplayed;
  /** in the list, for those who hear its buttons on their own */
  number: number;
  better: boolean | null;
  onMark: (better: boolean | null) => void;
  onBeside: (beside: Beside) => void;
}

export function ReplayedRow({ one, number, better, onMark, onBeside }: ReplayedRowProps) {
  const spans = spansOf(one.draft.why.length > 0 ? one.draft.why : one.live.why);
  return (
    <>
      <h4 class="govuk-heading-s ks-tray__who" tabIndex={-1}>
        Message {number}, <At at={one.written_at} />
      </h4>
      <TheirWords text={one.text} spans={spans} />
      <div class="ks-sides">
        <Side title="Live" tried={one.live} />
        <Side title="With the draft" tried={one.draft} />
      </div>
      <Marks number={number} message={one.message} better={better} onMark={onMark} />
      <ul class="ks-facts ks-replayed__links">
        {intentsOf(one).map(({ item, title }) => {
          const intent = { kind: "intent", item } as const;
          const href = itemHref({ ...intent, field: "examples.yes" });
          return (
            <li key={item}>
              <a class="govuk-link" href={itemHref(intent)}>
                Open “{title}”
              </a>
              {", "}
              <a
                class="govuk-link"
                href={href}
                onClick={() => onBeside({ href, title: "The message", texts: [one.text] })}
                data-testid="make-example"
              >
                make an example of it in your own words
              </a>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Side({ title, tried }: { title: string; tried: KbTried }) {
  return (
    <div class="ks-sides__one">
      <h5 class="govuk-heading-s ks-tray__who">{title}</h5>
      <p class="govuk-body">{triedWords(tried)}</p>
      {tried.reply && (
        <p class="govuk-body ks-words ks-tray__reply" dir="auto">
          {tried.reply}
        </p>
      )}
      {tried.would && (
        <>
          <p class="govuk-body-s ks-quiet">It says nothing, and would have said:</p>
          <p class="govuk-body ks-words ks-tray__reply" dir="auto">
            {tried.would}
          </p>
        </>
      )}
    </div>
  );
}

interface MarksProps {
  number: number;
  message: number;
  better: boolean | null;
  onMark: (better: boolean | null) => void;
}

const marks: [boolean | null, string][] = [
  [true, "Better"],
  [false, "Worse"],
  [null, "Neither"],
];

function Marks({ number, message, better, onMark }: MarksProps) {
  return (
    <fieldset class="govuk-fieldset" data-testid="marks-of">
      <legend class="govuk-visually-hidden">With the draft, message {number} gets</legend>
      <div class="govuk-radios govuk-radios--inline govuk-radios--small">
        {marks.map(([mark, words]) => (
          <div class="govuk-radios__item" key={words}>
            <input
              class="govuk-radios__input"
              id={`mark-${message}-${words}`}
              name={`mark-${message}`}
              type="radio"
              checked={better === mark}
              onChange={() => onMark(mark)}
              data-testid={`mark-${words.toLowerCase()}`}
            />
            <label class="govuk-label govuk-radios__label" for={`mark-${message}-${words}`}>
              {words}
            </label>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

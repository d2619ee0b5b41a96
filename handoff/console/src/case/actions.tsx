// What can be done with a case besides answering it: the one thing that comes next as a button of
// its own, the rest behind another.

import { useRef, useState } from "preact/hooks";
import { Disclosure } from "../parts/disclosure";
import { Problem } from "../parts/problem";
import type { CaseAction } from "./allowed";
import { PassForm, type PassFormProps, type PassTarget } from "./pass-form";

/** At once, without anything to be filled in. */
export type QuickAction = "mark" | "unmark" | "mute" | "unmute";

export interface ActionsProps extends Pick<PassFormProps, "teams" | "colleagues"> {
  allowed: ReadonlySet<CaseAction>;
  /** of its newest post there; null: it has none */
  onX: string | null;
  isBusy: (place: string) => boolean;
  problemAt: (place: string) => string | null;
  onClaim: () => void;
  onRelease: () => void;
  onToReply: () => void;
  /** true once it is done */
  onQuick: (action: QuickAction) => Promise<boolean>;
  onPass: (target: PassTarget, text: string) => Promise<boolean>;
  onInvalid: (text: string) => void;
}

const quickWords: Record<QuickAction, string> = {
  mark: "Mark it sensitive, so that it comes first",
  unmark: "Not sensitive: take the mark off",
  mute: "Mute it: no more alerts, and it comes last",
  unmute: "Unmute it",
};
const quick = Object.keys(quickWords) as QuickAction[];

export function Actions(props: ActionsProps) {
  const { allowed, onX, isBusy, problemAt } = props;
  const [open, setOpen] = useState(false);
  const [passing, setPassing] = useState(false);
  const toggler = useRef<HTMLButtonElement>(null);
  const quickProblem = quick.map((action) => problemAt(action)).find(Boolean);
  const more = onX !== null || [...quick, "pass" as const].some((action) => allowed.has(action));

  function toggle(now: boolean) {
    setOpen(now);
    setPassing(false);
  }

  async function pass(target: PassTarget, text: string) {
    if (await props.onPass(target, text)) toggle(false);
  }

  // The button that was pressed is another one then.
  async function doQuick(action: QuickAction) {
    if (!(await props.onQuick(action))) return;
    toggle(false);
    toggler.current?.focus();
  }

  return (
    <div class="ks-actions" data-testid="actions">
      {problemAt("case") && <Problem text={problemAt("case") ?? ""} />}
      {quickProblem && <Problem text={quickProblem} />}
      {!passing && problemAt("pass") && <Problem text={problemAt("pass") ?? ""} />}
      <div class="ks-actions__bar">
        {allowed.has("claim") && (
          <button
            type="button"
            class="govuk-button"
            aria-disabled={isBusy("case")}
            onClick={props.onClaim}
            data-testid="claim"
          >
            Claim this case
          </button>
        )}
        {allowed.has("reply") && (
          <button
            type="button"
            class="govuk-button ks-actions__to-reply"
            onClick={props.onToReply}
            data-testid="to-reply"
          >
            Go to your reply
          </button>
        )}
        {allowed.has("release") && (
          <button
            type="button"
            class="govuk-button govuk-button--secondary"
            aria-disabled={isBusy("case")}
            onClick={props.onRelease}
            data-testid="release"
          >
            Put it back in the queue
          </button>
        )}
        {more && (
          <Disclosure label="More" open={open} onToggle={toggle} button={toggler} testId="more">
            {passing ? (
              <PassForm
                teams={props.teams}
                colleagues={props.colleagues}
                busy={isBusy("pass")}
                problem={problemAt("pass")}
                onInvalid={props.onInvalid}
                onPass={pass}
                onCancel={() => setPassing(false)}
              />
            ) : (
              <ul class="govuk-list ks-actions__list">
                {allowed.has("pass") && (
                  <li>
                    <button
                      type="button"
                      class="ks-plain-button"
                      onClick={() => setPassing(true)}
                      data-testid="pass"
                    >
                      Send it to another team or a colleague
                    </button>
                  </li>
                )}
                {quick.map(
                  (action) =>
                    allowed.has(action) && (
                      <li key={action}>
                        <button
                          type="button"
                          class="ks-plain-button"
                          aria-disabled={isBusy(action)}
                          onClick={() => void doQuick(action)}
                          data-testid={action}
                        >
                          {quickWords[action]}
                        </button>
                      </li>
                    ),
                )}
                {onX && (
                  <li>
                    <a class="govuk-link" href={onX} target="_blank" rel="noreferrer noopener">
                      Open it on X
                      <span class="govuk-visually-hidden"> (opens in a new tab)</span>
                    </a>
                  </li>
                )}
              </ul>
            )}
          </Disclosure>
        )}
      </div>
    </div>
  );
}

// The desk: signing on and off, with a word for the residents, and who else is there.

import { useContext, useState } from "preact/hooks";
import { runCommand, type Ask } from "../commands";
import { Counted } from "../parts/counted";
import { useKept } from "../parts/kept";
import { Problem } from "../parts/problem";
import { CaseTitle, Now } from "../parts/words";
import { mineOf, type State } from "../state";
import type { Colleague } from "../types";
import { casesWords, hourAt } from "../words";
import { arrivalPost, byPresence, leavingPost } from "./presence";

export interface DeskViewProps {
  state: State;
  ask: Ask;
  announce: (text: string) => void;
}

export function DeskView({ state, ask, announce }: DeskViewProps) {
  const { staff, people, may } = state;
  const me = people.find((one) => one.id === staff?.id);
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        The desk
      </h1>
      {staff?.role === "trainee" && (
        <p class="govuk-body">
          While you're learning, each of your replies waits for a colleague who approves it.
        </p>
      )}
      {may.has("sign_on") ? (
        <ShiftForm
          key={String(me?.on)}
          on={me?.on ?? false}
          state={state}
          ask={ask}
          announce={announce}
        />
      ) : (
        <p class="govuk-body">Your role reads and writes notes; it doesn't answer residents.</p>
      )}
      <People people={people} state={state} />
    </>
  );
}

interface ShiftFormProps extends DeskViewProps {
  /** at the desk: what is offered is to leave it */
  on: boolean;
}

function ShiftForm({ on, state, ask, announce }: ShiftFormProps) {
  const { staff, desk, limits } = state;
  const hour = hourAt(useContext(Now));
  const name = staff?.name ?? "";
  const [text, setText, forget] = useKept(
    `${on ? "leaving" : "arriving"}.${staff?.id}`,
    on ? leavingPost(name, hour) : arrivalPost(name, hour),
  );
  const [account, setAccount] = useState(desk.accounts[0] ?? "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function go(post: string | null) {
    if (busy) return;
    if (post !== null && !post.trim()) {
      setProblem("There's nothing to post: write something, or do without.");
      return;
    }
    setBusy(true);
    setProblem(null);
    const done = await runCommand(ask, { type: on ? "sign_off" : "sign_on", account, post });
    setBusy(false);
    if (!done.ok) {
      setProblem(done.text);
      return;
    }
    forget();
    announce(on ? "You've left the desk." : "You're at the desk.");
    document.querySelector<HTMLElement>("main h1")?.focus();
  }

  const what = on ? "Leave the desk" : "Sign on";
  return (
    <form
      class="ks-text"
      onSubmit={(event) => {
        event.preventDefault();
        void go(text);
      }}
      noValidate
      data-testid="shift"
    >
      <h2 class="govuk-heading-m">{on ? "You're at the desk" : "You're not at the desk yet"}</h2>
      {on ? (
        <GoesBack state={state} />
      ) : (
        <p class="govuk-body">
          Sign on, and residents are told the truth about whether somebody's here. You can say hello
          to them with a post of your own.
        </p>
      )}
      {problem && (
        <Problem title={on ? "You're still at the desk" : "You're not signed on"} text={problem} />
      )}
      {desk.accounts.length > 1 && (
        <div class="govuk-form-group">
          <label class="govuk-label govuk-label--s" for="shift-account">
            Post it from
          </label>
          <select
            class="govuk-select"
            id="shift-account"
            value={account}
            onChange={(event) => setAccount(event.currentTarget.value)}
            data-testid="shift-account"
          >
            {desk.accounts.map((one) => (
              <option key={one} value={one}>
                @{one}
              </option>
            ))}
          </select>
        </div>
      )}
      <Counted
        id="shift-post"
        label={on ? "Your goodbye" : "Your hello"}
        hint="In your own words: this is only a beginning. Everybody can read it."
        text={text}
        limit={limits.public}
        readOnly={busy}
        ask={ask}
        onChange={setText}
      />
      <div class="govuk-button-group">
        <button type="submit" class="govuk-button" aria-disabled={busy} data-testid="shift-post-go">
          {what} and post this
        </button>
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          aria-disabled={busy}
          onClick={() => void go(null)}
          data-testid="shift-go"
        >
          {what} without a post
        </button>
      </div>
    </form>
  );
}

function GoesBack({ state }: { state: State }) {
  const mine = mineOf(state);
  if (mine.length === 0) {
    return <p class="govuk-body">You have no case that would go back to the queue.</p>;
  }
  return (
    <div data-testid="goes-back">
      <p class="govuk-body">
        When you leave, {casesWords(mine.length)} of yours {mine.length === 1 ? "goes" : "go"} back
        to the queue. What you had begun to write stays yours.
      </p>
      <ul class="govuk-list govuk-list--bullet">
        {mine.map((one) => (
          <li key={one.id}>
            <a class="govuk-link" href={`#/case/${one.id}`}>
              Case {one.id}
            </a>
            , <CaseTitle one={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function People({ people, state }: { people: readonly Colleague[]; state: State }) {
  return (
    <section aria-labelledby="people-title">
      <h2 class="govuk-heading-m" id="people-title">
        Who is on
      </h2>
      {people.length === 0 && <p class="govuk-body">Not known just now.</p>}
      <ul class="ks-people" data-testid="people">
        {[...people].sort(byPresence).map((one) => (
          <li class="ks-people__one" key={one.id} data-testid="person">
            <strong>
              {one.name}
              {one.id === state.staff?.id && " (you)"}
            </strong>{" "}
            <span class="ks-quiet">{one.role}</span>
            <span class="ks-people__does">
              {one.on ? "At the desk" : "Not at the desk"}
              {!one.here && ", no console open"}
              {one.case !== null && (
                <>
                  {one.typing ? ", writing in " : ", looking at "}
                  <a class="govuk-link" href={`#/case/${one.case}`}>
                    case {one.case}
                  </a>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

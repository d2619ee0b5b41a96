// One's own account: password, second factor, and where one is signed in.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { account, failed, type Account, type Failure, type Must } from "../api";
import { Problem } from "../parts/problem";
import type { Staff } from "../types";
import { PasswordForm } from "./password-form";
import { SecondFactor } from "./second-factor";
import { SessionList } from "./sessions";
import { roleWords } from "./words";

export interface AccountPageProps {
  staff: Staff;
  announce: (text: string) => void;
}

export function AccountPage({ staff, announce }: AccountPageProps) {
  const [shown, setShown] = useState<Account | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const sessions = useRef<HTMLHeadingElement>(null);

  const load = useCallback(async () => {
    const answer = await account.fetch();
    if (failed(answer)) setProblem(answer.error);
    else setShown(answer);
  }, []);
  useEffect(() => void load(), []);

  function changed(text: string) {
    setProblem(null);
    setDone(text);
    announce(text);
    void load();
  }

  async function end(act: () => Promise<object | Failure>, text: string) {
    setBusy(true);
    const answer = await act();
    setBusy(false);
    if (failed(answer)) {
      setDone(null);
      setProblem(answer.error);
      return;
    }
    changed(text);
    sessions.current?.focus();
  }

  return (
    <div class="ks-account">
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Your account
      </h1>
      <p class="govuk-body">
        {staff.name}, signed in as {staff.login}. {roleWords(staff.role)}. Replies are signed ^
        {staff.initials}.
      </p>
      {problem && <Problem text={problem} />}
      {done && (
        <p class="govuk-inset-text" data-testid="done">
          {done}
        </p>
      )}
      {!shown && !problem && (
        <p class="govuk-body" role="status">
          Fetching your account…
        </p>
      )}
      {shown && (
        <>
          <h2 class="govuk-heading-m">Second factor</h2>
          <SecondFactor
            on={shown.second_factor}
            codesLeft={shown.codes_left}
            onChanged={() =>
              changed(
                shown.second_factor
                  ? "The second factor is switched off."
                  : "From now on signing in asks for a code, too.",
              )
            }
          />
          <h2 class="govuk-heading-m">Password</h2>
          <PasswordForm
            given={false}
            login={shown.login}
            onDone={() =>
              changed("Your password is changed, and you're signed out everywhere else.")
            }
          />
          <h2 class="govuk-heading-m" tabIndex={-1} ref={sessions}>
            Where you're signed in
          </h2>
          <SessionList
            sessions={shown.sessions}
            whose=""
            busy={busy}
            onEnd={(one) => end(() => account.endSession(one.id), "That session is signed out.")}
          />
          {shown.sessions.length > 1 && (
            <button
              type="button"
              class="govuk-button govuk-button--secondary"
              aria-disabled={busy}
              onClick={() =>
                !busy && end(account.endOtherSessions, "You're signed out everywhere else.")
              }
              data-testid="end-others"
            >
              Sign out everywhere else
            </button>
          )}
        </>
      )}
    </div>
  );
}

export interface MustPageProps {
  staff: Staff;
  must: Exclude<Must, null>;
  /** it is done: look again who is signed in */
  onDone: () => void;
  onSignOut: () => void;
}

/** What has to be done before anything else can be. */
export function MustPage({ staff, must, onDone, onSignOut }: MustPageProps) {
  return (
    <div class="ks-account" data-testid={`must-${must}`}>
      {must === "password" ? (
        <>
          <h1 class="govuk-heading-l" tabIndex={-1}>
            Choose a password of your own
          </h1>
          <p class="govuk-body">
            {staff.name}, somebody else made the password that you signed in with. Only you should
            know it.
          </p>
          <PasswordForm given login={staff.login} onDone={onDone} />
        </>
      ) : (
        <>
          <h1 class="govuk-heading-l" tabIndex={-1}>
            Set up a second factor
          </h1>
          <p class="govuk-body">Everybody here needs one before they go on.</p>
          <SecondFactor on={false} codesLeft={0} onChanged={onDone} />
        </>
      )}
      <p class="govuk-body">
        <button type="button" class="ks-link-button" onClick={onSignOut} data-testid="must-sign-out">
          Sign out
        </button>
      </p>
    </div>
  );
}

import { useLayoutEffect, useState } from "preact/hooks";
import { Field } from "../accounts/field";
import { failed, signIn, type Must } from "../api";
import { Problem } from "../parts/problem";
import type { Staff } from "../types";

export interface SignInProps {
  /** why somebody who was in is asked again, or null */
  notice: string | null;
  onSignedIn: (staff: Staff, must: Must) => void;
}

export function SignIn({ notice, onSignedIn }: SignInProps) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  /** the password is right; the code is the second step */
  const [needsCode, setNeedsCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useLayoutEffect(() => {
    if (needsCode) document.getElementById("code")?.focus();
  }, [needsCode]);

  function startAgain() {
    setNeedsCode(false);
    setPassword("");
    setCode("");
  }

  function missing(): string | null {
    if (needsCode) return code.trim() ? null : "Enter the code that your authenticator app shows.";
    return login.trim() && password ? null : "Enter your login and your password.";
  }

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    const why = missing();
    setProblem(why);
    if (why) return;
    setBusy(true);
    const answer = await signIn(login.trim(), password, needsCode ? code.trim() : undefined);
    setBusy(false);
    if (!failed(answer)) {
      onSignedIn(answer.staff, answer.must);
      return;
    }
    setCode("");
    if (answer.need !== "code") startAgain();
    else if (!needsCode) {
      setNeedsCode(true);
      return;
    }
    setProblem(answer.error);
  }

  return (
    <div class="ks-sign-in">
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Sign in
      </h1>
      {notice && !problem && <p class="govuk-inset-text">{notice}</p>}
      {problem && <Problem title="You're not signed in" text={problem} />}
      <form onSubmit={submit} data-testid="sign-in" noValidate>
        {needsCode ? (
          <Field
            id="code"
            label="Code"
            hint="The six digits that your authenticator app shows, or one of your recovery codes"
            autocomplete="one-time-code"
            technical
            value={code}
            onValue={setCode}
          />
        ) : (
          <>
            <Field
              id="login"
              label="Login"
              autocomplete="username"
              technical
              value={login}
              onValue={setLogin}
            />
            <Field
              id="password"
              label="Password"
              type="password"
              autocomplete="current-password"
              value={password}
              onValue={setPassword}
            />
          </>
        )}
        <button
          type="submit"
          class="govuk-button"
          aria-disabled={busy}
          data-testid="sign-in-submit"
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
        {needsCode && (
          <p class="govuk-body">
            <button type="button" class="ks-link-button" onClick={startAgain}>
              Start again
            </button>
          </p>
        )}
      </form>
    </div>
  );
}

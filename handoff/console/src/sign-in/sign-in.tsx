import { useState } from "preact/hooks";
import { signIn } from "../api";
import { Problem } from "../parts/problem";
import type { Staff } from "../types";

export interface SignInProps {
  /** why somebody who was in is asked again, or null */
  notice: string | null;
  onSignedIn: (staff: Staff) => void;
}

export function SignIn({ notice, onSignedIn }: SignInProps) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!login.trim() || !password) {
      setProblem("Enter your login and your password.");
      return;
    }
    setBusy(true);
    setProblem(null);
    const answer = await signIn(login.trim(), password);
    setBusy(false);
    if ("staff" in answer) {
      onSignedIn(answer.staff);
      return;
    }
    setPassword("");
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
        <div class="govuk-form-group">
          <label class="govuk-label" for="login">
            Login
          </label>
          <input
            class="govuk-input"
            id="login"
            name="login"
            type="text"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            value={login}
            onInput={(event) => setLogin(event.currentTarget.value)}
            data-testid="login"
          />
        </div>
        <div class="govuk-form-group">
          <label class="govuk-label" for="password">
            Password
          </label>
          <input
            class="govuk-input"
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
            data-testid="password"
          />
        </div>
        <button
          type="submit"
          class="govuk-button"
          aria-disabled={busy}
          data-testid="sign-in-submit"
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </div>
  );
}

// Another password of one's own.

import { useState } from "preact/hooks";
import { account, failed } from "../api";
import { Problem } from "../parts/problem";
import { Field } from "./field";

export interface PasswordFormProps {
  /** the present one was given by somebody else */
  given: boolean;
  login: string;
  onDone: () => void;
}

export function PasswordForm({ given, login, onDone }: PasswordFormProps) {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!old || !fresh) {
      setProblem("Enter both the password that you have and the new one.");
      return;
    }
    setBusy(true);
    setProblem(null);
    const answer = await account.changePassword(old, fresh);
    setBusy(false);
    if (failed(answer)) {
      setProblem(answer.error);
      return;
    }
    setOld("");
    setFresh("");
    onDone();
  }

  return (
    <form onSubmit={submit} noValidate data-testid="password-form">
      {problem && <Problem title="Your password is as it was" text={problem} />}
      <input type="hidden" name="login" autocomplete="username" value={login} />
      <Field
        id="old-password"
        label={given ? "The password that you were given" : "Your password now"}
        type="password"
        autocomplete="current-password"
        value={old}
        onValue={setOld}
      />
      <Field
        id="new-password"
        label="New password"
        hint="At least 10 characters. Three words that don't belong together make a good one."
        type="password"
        autocomplete="new-password"
        value={fresh}
        onValue={setFresh}
      />
      <button
        type="submit"
        class="govuk-button govuk-button--secondary"
        aria-disabled={busy}
        data-testid="change-password"
      >
        Change password
      </button>
    </form>
  );
}

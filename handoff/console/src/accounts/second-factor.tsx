// The second factor: set up, confirmed, its recovery codes shown once, switched off.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { account, failed } from "../api";
import { Problem } from "../parts/problem";
import { Field } from "./field";
import type { QrCode } from "./qr-code";
import { inGroups } from "./words";

export interface SecondFactorProps {
  on: boolean;
  codesLeft: number;
  /** it was set up and its codes are kept, or it was switched off */
  onChanged: () => void;
}

type Step =
  | { at: "rest" }
  | { at: "confirm"; secret: string; link: string }
  | { at: "codes"; codes: string[] };

/** The key for a camera. Where it can't be drawn, the letters below it do as well. */
function Qr({ link }: { link: string }) {
  const [draw, setDraw] = useState<{ QrCode: typeof QrCode } | null>(null);
  useEffect(() => {
    let left = false;
    import("./qr-code").then(
      (drawing) => !left && setDraw(drawing),
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, []);
  return (
    <div class="ks-qr-place">
      {draw && <draw.QrCode text={link} label="QR code of the key, which also stands below" />}
    </div>
  );
}

export function SecondFactor({ on, codesLeft, onChanged }: SecondFactorProps) {
  const [step, setStep] = useState<Step>({ at: "rest" });
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const shown = useRef<HTMLDivElement>(null);

  // What comes next takes the focus: the button that led there is gone.
  useLayoutEffect(() => {
    if (step.at !== "rest") shown.current?.focus();
  }, [step.at]);

  async function run(event: Event, missing: string | null, act: () => Promise<string | null>) {
    event.preventDefault();
    if (busy) return;
    setProblem(missing);
    if (missing) return;
    setBusy(true);
    const why = await act();
    setBusy(false);
    setProblem(why);
    setCode("");
  }

  const begin = (event: Event) =>
    run(event, password ? null : "Enter your password.", async () => {
      const answer = await account.beginSecondFactor(password);
      setPassword("");
      if (failed(answer)) return answer.error;
      setStep({ at: "confirm", ...answer });
      return null;
    });

  const confirm = (event: Event) =>
    run(event, code.trim() ? null : "Enter the code that the app shows.", async () => {
      const answer = await account.confirmSecondFactor(code.trim());
      if (failed(answer)) return answer.error;
      setStep({ at: "codes", codes: answer.codes });
      return null;
    });

  const end = (event: Event) =>
    run(event, password && code.trim() ? null : "Enter your password and a code.", async () => {
      const answer = await account.endSecondFactor(password, code.trim());
      setPassword("");
      if (failed(answer)) return answer.error;
      onChanged();
      return null;
    });

  const passwordField = (
    <Field
      id="factor-password"
      label="Your password"
      type="password"
      autocomplete="current-password"
      value={password}
      onValue={setPassword}
    />
  );

  if (step.at === "codes") {
    return (
      <div tabIndex={-1} ref={shown} class="ks-step" data-testid="recovery-codes">
        <p class="govuk-body">
          Your second factor is set up. If you lose your telephone, each of these recovery codes
          lets you in once. Keep them somewhere safe: they are shown only now.
        </p>
        <ul class="ks-codes">
          {step.codes.map((one) => (
            <li key={one}>
              <code class="ks-code">{one}</code>
            </li>
          ))}
        </ul>
        <button
          type="button"
          class="govuk-button"
          onClick={() => {
            setStep({ at: "rest" });
            onChanged();
          }}
          data-testid="codes-kept"
        >
          I have kept them
        </button>
      </div>
    );
  }
  if (step.at === "confirm") {
    return (
      <form onSubmit={confirm} noValidate data-testid="confirm-factor">
        {problem && <Problem title="It isn't set up yet" text={problem} />}
        <div tabIndex={-1} ref={shown} class="ks-step">
          <p class="govuk-body">
            Add an account in your authenticator app, and point the camera at this code:
          </p>
          <Qr link={step.link} />
          <p class="govuk-body">Or choose to enter a key, and enter this one:</p>
          <p class="govuk-body">
            <code class="ks-code ks-secret" data-testid="secret">
              {inGroups(step.secret)}
            </code>
          </p>
          <p class="govuk-body">
            On the telephone itself you can{" "}
            <a class="govuk-link" href={step.link}>
              open it in the app
            </a>
            .
          </p>
        </div>
        <Field
          id="factor-code"
          label="The code that the app shows now"
          autocomplete="one-time-code"
          technical
          value={code}
          onValue={setCode}
        />
        <button
          type="submit"
          class="govuk-button"
          aria-disabled={busy}
          data-testid="confirm-factor-submit"
        >
          Confirm
        </button>
      </form>
    );
  }
  if (!on) {
    return (
      <form onSubmit={begin} noValidate data-testid="begin-factor">
        {problem && <Problem text={problem} />}
        <p class="govuk-body">
          With a second factor, a password that somebody found out is not enough: signing in also
          asks for a code from an authenticator app on your telephone.
        </p>
        {passwordField}
        <button
          type="submit"
          class="govuk-button govuk-button--secondary"
          aria-disabled={busy}
          data-testid="begin-factor-submit"
        >
          Set up a second factor
        </button>
      </form>
    );
  }
  return (
    <>
      <p class="govuk-body" data-testid="factor-on">
        Signing in asks for a code. You have {codesLeft} recovery{" "}
        {codesLeft === 1 ? "code" : "codes"} left. For a new telephone or new codes, switch it off
        and set it up again.
      </p>
      <details class="govuk-details" open={problem !== null}>
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">Switch the second factor off</span>
        </summary>
        <form class="govuk-details__text" onSubmit={end} noValidate data-testid="end-factor">
          {problem && <Problem title="It is still on" text={problem} />}
          {passwordField}
          <Field
            id="factor-code"
            label="A code from the app, or a recovery code"
            autocomplete="one-time-code"
            technical
            value={code}
            onValue={setCode}
          />
          <button
            type="submit"
            class="govuk-button govuk-button--warning"
            aria-disabled={busy}
            data-testid="end-factor-submit"
          >
            Switch it off
          </button>
        </form>
      </details>
    </>
  );
}

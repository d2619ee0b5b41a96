// At each signing in: one button that switches the alerts on, if they are off, and shows whether
// they work here.

import { useState } from "preact/hooks";
import type { Preferences } from "../preferences";
import { heardWords, type Alerts } from "./alerts";

export interface AlertsBannerProps {
  preferences: Preferences;
  alerts: Alerts;
  onChange: (preferences: Preferences) => void;
  /** it need not be asked again before the next signing in */
  onDone: () => void;
}

export function AlertsBanner({ preferences, alerts, onChange, onDone }: AlertsBannerProps) {
  const [outcome, setOutcome] = useState<string | null>(null);
  const off = !preferences.sound && !preferences.desktop;

  async function test() {
    const wanted = off ? { ...preferences, sound: true, desktop: true } : preferences;
    if (off) onChange(wanted);
    const problems = await alerts.test(wanted);
    setOutcome(problems.length === 0 ? heardWords : problems.join(" "));
  }

  return (
    <p class="ks-banner" data-testid="alerts-banner">
      <span role="status">
        {outcome ??
          (off
            ? "Alerts for what is urgent are off in this browser."
            : "Alerts are on in this browser.")}
      </span>{" "}
      <button
        type="button"
        class="ks-plain-button"
        onClick={() => void test()}
        data-testid="alerts-try"
      >
        {outcome ? "Try again" : off ? "Switch them on and try them" : "Try them"}
      </button>{" "}
      <button type="button" class="ks-plain-button" onClick={onDone}>
        {outcome ? "Close" : "Not now"}
        <span class="govuk-visually-hidden"> (alerts)</span>
      </button>
    </p>
  );
}

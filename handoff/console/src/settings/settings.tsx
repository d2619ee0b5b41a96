// How this browser tells this person that something is urgent, and the shortcuts.

import { useState } from "preact/hooks";
import { heardWords, type Alerts } from "../alerts/alerts";
import { Problem } from "../parts/problem";
import type { Preferences } from "../preferences";
import { KeyList } from "../shortcuts/dialog";
import { everywhere, inCase, inLists } from "../shortcuts/names";

export interface SettingsViewProps {
  preferences: Preferences;
  alerts: Alerts;
  onChange: (preferences: Preferences) => void;
}

export function SettingsView({ preferences, alerts, onChange }: SettingsViewProps) {
  const change = (name: keyof Preferences) => (on: boolean) =>
    onChange({ ...preferences, [name]: on });
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Alerts and shortcuts
      </h1>
      <p class="govuk-body">What you choose here holds for you, in this browser.</p>
      <fieldset class="govuk-fieldset ks-settings">
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--m">
          <h2 class="govuk-fieldset__heading">Alerts</h2>
        </legend>
        <p class="govuk-body">
          Alerts come for what is new and urgent, for notes that name you, and when the time for a
          case is nearly up. There are none for muted cases or for what you do yourself. The number
          in the tab's title and the red mark on its icon are always there.
        </p>
        <div class="govuk-checkboxes">
          <Checkbox
            id="alert-sound"
            label="A short sound"
            hint="One at most in five seconds, however much comes."
            on={preferences.sound}
            onChange={change("sound")}
          />
          <Checkbox
            id="alert-desktop"
            label="A notification on the desktop"
            hint="It says why and from whom, not what they wrote."
            on={preferences.desktop}
            onChange={change("desktop")}
          />
        </div>
        <TestAlerts preferences={preferences} alerts={alerts} />
      </fieldset>
      <fieldset class="govuk-fieldset ks-settings">
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--m">
          <h2 class="govuk-fieldset__heading">Keyboard shortcuts</h2>
        </legend>
        <div class="govuk-checkboxes">
          <Checkbox
            id="shortcuts-on"
            label="Use shortcuts"
            hint="Switch them off if you speak to your computer or often press keys by accident."
            on={preferences.shortcuts}
            onChange={change("shortcuts")}
          />
        </div>
        <p class="govuk-body">
          They do nothing while you write, and everything they do can be done without them. Press{" "}
          <kbd class="ks-key">?</kbd> to see those of the place where you are.
        </p>
        <h3 class="govuk-heading-s">Everywhere</h3>
        <KeyList keys={Object.values(everywhere)} />
        <h3 class="govuk-heading-s">In a list of cases</h3>
        <KeyList keys={Object.values(inLists)} />
        <h3 class="govuk-heading-s">In a case</h3>
        <KeyList keys={Object.values(inCase)} />
      </fieldset>
    </>
  );
}

interface CheckboxProps {
  id: string;
  label: string;
  hint: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Checkbox({ id, label, hint, on, onChange }: CheckboxProps) {
  return (
    <div class="govuk-checkboxes__item">
      <input
        class="govuk-checkboxes__input"
        id={id}
        type="checkbox"
        checked={on}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.checked)}
        data-testid={id}
      />
      <label class="govuk-label govuk-checkboxes__label" for={id}>
        {label}
      </label>
      <p class="govuk-hint govuk-checkboxes__hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}

/** One button that shows whether they work here. */
function TestAlerts({ preferences, alerts }: Pick<SettingsViewProps, "preferences" | "alerts">) {
  const [tested, setTested] = useState<string[] | null>(null);
  const none = !preferences.sound && !preferences.desktop;

  async function test() {
    setTested(null);
    setTested(none ? ["Switch one of them on first."] : await alerts.test(preferences));
  }

  return (
    <>
      {tested && tested.length > 0 && <Problem title="Not all of it works" text={tested.join(" ")} />}
      <button
        type="button"
        class="govuk-button govuk-button--secondary"
        onClick={() => void test()}
        data-testid="alerts-test"
      >
        Try them now
      </button>
      <p
        class="govuk-body ks-settings__tested"
        role="status"
        data-testid="alerts-tested"
      >
        {tested?.length === 0 && heardWords}
      </p>
    </>
  );
}

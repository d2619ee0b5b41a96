import type { JSX } from "preact";

export interface FieldProps {
  id: string;
  label: string;
  hint?: string;
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "password";
  autocomplete?: string;
  /** what is entered is no word: a login, a code */
  technical?: boolean;
}

export function Field(props: FieldProps): JSX.Element {
  const { id, label, hint, value, onValue, type = "text", autocomplete, technical } = props;
  return (
    <div class="govuk-form-group">
      <label class="govuk-label" for={id}>
        {label}
      </label>
      {hint && (
        <div class="govuk-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      <input
        class="govuk-input ks-field"
        id={id}
        name={id}
        type={type}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-describedby={hint ? `${id}-hint` : undefined}
        autocomplete={autocomplete ?? "off"}
        {...(technical && { autocapitalize: "none", spellcheck: false })}
        data-testid={id}
      />
    </div>
  );
}

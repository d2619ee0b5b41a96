// Why something is published: every version has it, for whoever looks at it later.

export const noteMax = 500;

/** What is wrong with a note, or null. */
export function noteFault(note: string): string | null {
  const length = [...note.trim()].length;
  if (length === 0) return "Say why, in a sentence that a colleague will understand next year.";
  if (length > noteMax) return `The note is ${length - noteMax} characters too long.`;
  return null;
}

export interface NoteFieldProps {
  id: string;
  value: string;
  error: string | null;
  onValue: (value: string) => void;
}

export function NoteField({ id, value, error, onValue }: NoteFieldProps) {
  const left = noteMax - [...value.trim()].length;
  return (
    <div class={error ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
      <label class="govuk-label govuk-label--s" for={id}>
        Why?
      </label>
      <div class="govuk-hint" id={`${id}-hint`}>
        It stands beside the version for good. At most {noteMax} characters.
      </div>
      {error && (
        <p class="govuk-error-message" id={`${id}-error`}>
          <span class="govuk-visually-hidden">Error:</span> {error}
        </p>
      )}
      <textarea
        class={error ? "govuk-textarea govuk-textarea--error" : "govuk-textarea"}
        id={id}
        rows={3}
        value={value}
        aria-describedby={error ? `${id}-hint ${id}-error` : `${id}-hint`}
        aria-invalid={error !== null}
        onInput={(event) => onValue(event.currentTarget.value)}
        data-testid={id}
      />
      {left < 50 && (
        <p class="govuk-hint" data-testid={`${id}-left`}>
          {left < 0 ? `${-left} characters too many` : `${left} characters left`}
        </p>
      )}
    </div>
  );
}

// Notes that only staff see, and whom they tell.

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { useKept } from "../parts/kept";
import { handFocusTo } from "../parts/focus";
import { Problem } from "../parts/problem";
import { At } from "../parts/words";
import type { Colleague, Note } from "../types";

export interface NotesProps {
  notes: readonly Note[];
  staffId: number;
  colleagues: readonly Colleague[];
  mayWrite: boolean;
  busy: boolean;
  problem: string | null;
  box: RefObject<HTMLTextAreaElement>;
  /** under which name the browser keeps a note that was begun */
  keptAs: string;
  onInvalid: (text: string) => void;
  /** true once it is there */
  onAdd: (text: string, to: number[]) => Promise<boolean>;
}

export function Notes(props: NotesProps) {
  const { notes, staffId, mayWrite } = props;
  return (
    <section class="ks-aside" aria-labelledby="notes">
      <h2 class="govuk-heading-m" id="notes">
        Notes
      </h2>
      <p class="govuk-hint">Only staff see these.</p>
      <ul class="govuk-list ks-aside__list" data-testid="notes">
        {notes.map((note) => (
          <li key={note.id} class="ks-note" data-testid="note">
            <strong>{note.by.name}</strong>
            <span class="ks-quiet ks-aside__line">
              <At at={note.at} />
            </span>
            <span class="ks-words ks-aside__line" dir="auto">
              {note.text}
            </span>
            {note.to.length > 0 && (
              <span class="ks-quiet ks-aside__line">
                Told:{" "}
                {note.to.map(({ id, name }) => (id === staffId ? "you" : name)).join(", ")}
              </span>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && <NoteForm {...props} />}
    </section>
  );
}

function NoteForm(props: NotesProps) {
  const { colleagues, staffId, busy, problem, box, keptAs, onInvalid, onAdd } = props;
  const [text, setText, forget] = useKept(keptAs, "");
  const [to, setTo] = useState<readonly number[]>([]);
  const others = colleagues.filter(({ id }) => id !== staffId);

  function tick(id: number, on: boolean) {
    setTo(on ? [...to, id] : to.filter((one) => one !== id));
  }

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!text.trim()) {
      onInvalid("There's nothing in the note yet: write it first.");
      return;
    }
    if (!(await onAdd(text.trim(), [...to]))) return;
    forget();
    setTo([]);
    handFocusTo(box.current);
  }

  return (
    <form onSubmit={submit} noValidate data-testid="note-form">
      {problem && <Problem title="The note isn't there yet" text={problem} />}
      <div class="govuk-form-group">
        <label class="govuk-label" for="note-text">
          A note for colleagues
        </label>
        <textarea
          class="govuk-textarea"
          id="note-text"
          name="note"
          rows={2}
          ref={box}
          value={text}
          readOnly={busy}
          onInput={(event) => setText(event.currentTarget.value)}
          data-testid="note-text"
        />
        {others.length > 0 && (
          <details class="govuk-details ks-note__tell" data-testid="note-tell">
            <summary class="govuk-details__summary">
              <span class="govuk-details__summary-text">
                {to.length > 0 ? `Tell colleagues (${to.length} chosen)` : "Tell colleagues"}
              </span>
            </summary>
            <fieldset class="govuk-fieldset govuk-details__text">
              <legend class="govuk-fieldset__legend">Who should be told?</legend>
              <div class="govuk-checkboxes govuk-checkboxes--small ks-note__names">
                {others.map(({ id, name, on }) => (
                  <div class="govuk-checkboxes__item" key={id}>
                    <input
                      class="govuk-checkboxes__input"
                      id={`tell-${id}`}
                      type="checkbox"
                      checked={to.includes(id)}
                      onChange={(event) => tick(id, event.currentTarget.checked)}
                    />
                    <label class="govuk-label govuk-checkboxes__label" for={`tell-${id}`}>
                      {name}
                      {on && <span class="ks-quiet"> (at the desk)</span>}
                    </label>
                  </div>
                ))}
              </div>
            </fieldset>
          </details>
        )}
      </div>
      <button
        type="submit"
        class="govuk-button govuk-button--secondary"
        aria-disabled={busy}
        data-testid="note-add"
      >
        Add the note
      </button>
    </form>
  );
}

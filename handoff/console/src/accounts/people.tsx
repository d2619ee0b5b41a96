// Everybody's accounts, for admins.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { failed, people, type Failure, type Given, type NewPerson, type Person } from "../api";
import { Problem } from "../parts/problem";
import { At } from "../parts/words";
import { Field } from "./field";
import { SessionList } from "./sessions";
import { roles, roleWords } from "./words";

export interface PeoplePageProps {
  announce: (text: string) => void;
}

/** What an act says when it went well. */
type Act = (act: () => Promise<object | Failure>, text: string) => Promise<boolean>;

export function PeoplePage({ announce }: PeoplePageProps) {
  const [list, setList] = useState<Person[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<{ text: string; given: Given | null } | null>(null);
  const [busy, setBusy] = useState(false);
  const said = useRef<HTMLDivElement>(null);

  const load = useCallback(async () => {
    const answer = await people.fetch();
    if (failed(answer)) setProblem(answer.error);
    else setList(answer.people);
  }, []);
  useEffect(() => void load(), []);
  useLayoutEffect(() => said.current?.focus(), [done]);

  const act: Act = async (run, text) => {
    if (busy) return false;
    setBusy(true);
    setProblem(null);
    setDone(null);
    const answer = await run();
    setBusy(false);
    if (failed(answer)) {
      setProblem(answer.error);
      return false;
    }
    setDone({ text, given: "password" in answer ? (answer as Given) : null });
    announce(text);
    await load();
    return true;
  };

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        People
      </h1>
      {problem && <Problem text={problem} />}
      {done && (
        <div class="govuk-inset-text ks-step" tabIndex={-1} ref={said} data-testid="done">
          <p class="govuk-body">{done.text}</p>
          {done.given && (
            <p class="govuk-body">
              The password for {done.given.login}'s first time is{" "}
              <code class="ks-code ks-secret" data-testid="given-password">
                {done.given.password}
              </code>
              . It is shown only now; they choose their own when they sign in with it.
            </p>
          )}
        </div>
      )}
      {!list && !problem && (
        <p class="govuk-body" role="status">
          Fetching everybody…
        </p>
      )}
      {list && (
        <>
          <AddForm act={act} busy={busy} />
          <ul class="ks-rows" data-testid="people">
            {list.map((one) => (
              <PersonRow key={one.id} person={one} act={act} busy={busy} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function RoleSelect(props: { id: string; role: string; onRole: (role: string) => void }) {
  const { id, role, onRole } = props;
  return (
    <div class="govuk-form-group">
      <label class="govuk-label" for={id}>
        Role
      </label>
      <select
        class="govuk-select ks-field"
        id={id}
        value={role}
        onChange={(event) => onRole(event.currentTarget.value)}
        data-testid="role"
      >
        {roles.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

function DutyBox(props: { id: string; duty: boolean; onDuty: (duty: boolean) => void }) {
  const { id, duty, onDuty } = props;
  return (
    <div class="govuk-form-group">
      <div class="govuk-checkboxes govuk-checkboxes--small">
        <div class="govuk-checkboxes__item">
          <input
            class="govuk-checkboxes__input"
            id={id}
            type="checkbox"
            checked={duty}
            onChange={(event) => onDuty(event.currentTarget.checked)}
            data-testid="duty"
          />
          <label class="govuk-label govuk-checkboxes__label" for={id}>
            On the duty list: told when a case's time is up
          </label>
        </div>
      </div>
    </div>
  );
}

const nobody: NewPerson = { login: "", name: "", initials: "", role: "agent", duty: false };

function AddForm({ act, busy }: { act: Act; busy: boolean }) {
  const [person, setPerson] = useState(nobody);
  const set = (more: Partial<NewPerson>) => setPerson({ ...person, ...more });

  async function submit(event: Event) {
    event.preventDefault();
    if (await act(() => people.add(person), `${person.name} can sign in now.`)) setPerson(nobody);
  }

  return (
    <details class="govuk-details">
      <summary class="govuk-details__summary" data-testid="add-open">
        <span class="govuk-details__summary-text">Add somebody</span>
      </summary>
      <form class="govuk-details__text" onSubmit={submit} noValidate data-testid="add-person">
        <Field
          id="add-name"
          label="Name"
          value={person.name}
          onValue={(name) => set({ name })}
        />
        <Field
          id="add-login"
          label="Login"
          hint="Small letters, digits, dots and dashes"
          technical
          value={person.login}
          onValue={(login) => set({ login })}
        />
        <Field
          id="add-initials"
          label="Initials"
          hint="Replies are signed with them: one to four capital letters"
          technical
          value={person.initials}
          onValue={(initials) => set({ initials: initials.toUpperCase() })}
        />
        <RoleSelect id="add-role" role={person.role} onRole={(role) => set({ role })} />
        <DutyBox id="add-duty" duty={person.duty} onDuty={(duty) => set({ duty })} />
        <button type="submit" class="govuk-button" aria-disabled={busy} data-testid="add-submit">
          Add
        </button>
      </form>
    </details>
  );
}

interface PersonRowProps {
  person: Person;
  act: Act;
  busy: boolean;
}

function PersonRow({ person, act, busy }: PersonRowProps) {
  const { id, name, login } = person;
  const [role, setRole] = useState(person.role);
  const [duty, setDuty] = useState(person.duty);
  // Once that was changed, here or by another admin, what was chosen before counts no more.
  useEffect(() => {
    setRole(person.role);
    setDuty(person.duty);
  }, [person.role, person.duty]);

  const [leaving, setLeaving] = useState(false);

  function save(event: Event) {
    event.preventDefault();
    void act(() => people.change(id, role, duty), `${name}'s account is changed.`);
  }

  return (
    <li class="ks-row ks-tray__row" data-testid="person" data-login={login}>
      <h2 class="govuk-heading-s ks-person__name">
        {name} <span class="ks-quiet">{login}</span>
      </h2>
      <ul class="ks-facts">
        <li>{roleWords(person.role)}</li>
        {person.duty && <li>Duty list</li>}
        <li>{person.second_factor ? "Second factor" : "No second factor"}</li>
        {person.must_change && <li>Must choose a password</li>}
        <li>{person.seen_at ? <Seen at={person.seen_at} /> : "Not signed in lately"}</li>
      </ul>
      <details class="govuk-details ks-person__change">
        <summary class="govuk-details__summary" data-testid="change-open">
          <span class="govuk-details__summary-text">
            Change<span class="govuk-visually-hidden"> {name}</span>
          </span>
        </summary>
        <div class="govuk-details__text">
          <form onSubmit={save} noValidate>
            <RoleSelect id={`role-${id}`} role={role} onRole={setRole} />
            <DutyBox id={`duty-${id}`} duty={duty} onDuty={setDuty} />
            <p class="govuk-hint">Another role signs them out, so that it holds at once.</p>
            <button type="submit" class="govuk-button" aria-disabled={busy} data-testid="save">
              Save
            </button>
          </form>
          {person.sessions.length > 0 && (
            <SessionList
              sessions={person.sessions}
              whose={name}
              busy={busy}
              onEnd={(one) =>
                act(() => people.endSession(id, one.id), `${name} is signed out there.`)
              }
            />
          )}
          <div class="govuk-button-group">
            <Choice
              text="Give a new password"
              busy={busy}
              onChosen={() => act(() => people.givePassword(id), `${name} has a new password.`)}
            />
            {person.sessions.length > 0 && (
              <Choice
                text="Sign out everywhere"
                busy={busy}
                onChosen={() => act(() => people.signOut(id), `${name} is signed out.`)}
              />
            )}
            {person.second_factor && (
              <Choice
                text="Switch off second factor"
                busy={busy}
                onChosen={() =>
                  act(() => people.endSecondFactor(id), `${name} has no second factor any more.`)
                }
              />
            )}
            <button
              type="button"
              class="govuk-button govuk-button--warning"
              aria-disabled={busy}
              onClick={() =>
                leaving
                  ? act(() => people.remove(id), `${name} is removed.`)
                  : setLeaving(true)
              }
              data-testid="remove"
            >
              {leaving ? `Yes, remove ${name}` : "Remove"}
            </button>
          </div>
          {leaving && (
            <p class="govuk-hint" role="status">
              What they have taken goes back to the queue. Their login stays theirs.
            </p>
          )}
        </div>
      </details>
    </li>
  );
}

function Seen({ at }: { at: number }) {
  return (
    <>
      Last seen <At at={at} />
    </>
  );
}

function Choice(props: { text: string; busy: boolean; onChosen: () => void }) {
  return (
    <button
      type="button"
      class="govuk-button govuk-button--secondary"
      aria-disabled={props.busy}
      onClick={props.onChosen}
    >
      {props.text}
    </button>
  );
}

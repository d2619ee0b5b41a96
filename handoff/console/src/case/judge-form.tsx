// What an approver does with a reply that a trainee proposes: send it as it is, change it first, or
// give it back with a word.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import type { Reply, Way } from "../types";
import { CountLine, Warnings } from "./count-line";
import { useCount, type Count } from "./counter";
import { withoutInitials } from "./insertion";

export interface JudgeFormProps {
  reply: Reply;
  busy: boolean;
  problem: string | null;
  limit: number;
  /** null: as it is */
  onApprove: (text: string | null) => void;
  onReturn: (word: string) => void;
  onInvalid: (text: string) => void;
  onCount: (text: string, way: Way) => Promise<Count | null>;
}

type Doing = "choosing" | "editing" | "returning";

export function JudgeForm(props: JudgeFormProps) {
  const { reply, busy, problem } = props;
  const [doing, setDoing] = useState<Doing>("choosing");
  const edit = useRef<HTMLButtonElement>(null);
  const before = useRef<Doing>("choosing");
  useLayoutEffect(() => {
    if (doing === "choosing" && before.current !== "choosing") edit.current?.focus();
    before.current = doing;
  }, [doing]);
  const shared = { ...props, onCancel: () => setDoing("choosing") };

  return (
    <div class="ks-judge" data-testid="judge">
      {problem && <Problem text={problem} />}
      {doing === "choosing" && (
        <>
          <Checked reply={reply} limit={props.limit} onCount={props.onCount} />
          <div class="govuk-button-group">
            <button
              type="button"
              class="govuk-button"
              aria-disabled={busy}
              onClick={() => !busy && props.onApprove(null)}
              data-testid="approve"
            >
              Approve and send
            </button>
            <button
              type="button"
              class="govuk-button govuk-button--secondary"
              ref={edit}
              onClick={() => setDoing("editing")}
              data-testid="approve-edit"
            >
              Change it first
            </button>
            <button
              type="button"
              class="govuk-button govuk-button--secondary"
              onClick={() => setDoing("returning")}
              data-testid="return"
            >
              Give it back
            </button>
          </div>
        </>
      )}
      {doing === "editing" && <EditForm {...shared} />}
      {doing === "returning" && <ReturnForm {...shared} />}
    </div>
  );
}

function writtenText({ text, by }: Reply): string {
  return withoutInitials(text ?? "", by?.initials ?? "");
}

/** What should be looked at in it as it is. */
function Checked({ reply, limit, onCount }: Pick<JudgeFormProps, "reply" | "limit" | "onCount">) {
  const { count } = useCount(writtenText(reply), reply.private ? "private" : "public", onCount);
  return (
    <>
      <CountLine id={`judge-count-${reply.id}`} count={count} limit={limit} over={0} />
      <Warnings warnings={count?.warnings ?? []} />
    </>
  );
}

type JudgeStepProps = JudgeFormProps & { onCancel: () => void };

function EditForm(props: JudgeStepProps) {
  const { reply, busy, limit, onApprove, onInvalid, onCount, onCancel } = props;
  const [text, setText] = useState(writtenText(reply));
  const { count, over, upToDate } = useCount(text, reply.private ? "private" : "public", onCount);
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => box.current?.focus(), []);

  function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!text.trim()) onInvalid("There's nothing left of the reply: write it, or give it back.");
    else if (over > 0 && upToDate) onInvalid(`The reply is ${over} too long to send.`);
    else onApprove(text);
  }

  return (
    <form onSubmit={submit} noValidate>
      <label class="govuk-label" for={`edit-${reply.id}`}>
        The reply as it should go. It keeps {reply.by?.name ?? "its writer"}'s initials.
      </label>
      <textarea
        class="govuk-textarea ks-box"
        id={`edit-${reply.id}`}
        rows={4}
        ref={box}
        value={text}
        readOnly={busy}
        aria-invalid={over > 0}
        aria-describedby={`edit-count-${reply.id}`}
        onInput={(event) => setText(event.currentTarget.value)}
        data-testid="approve-text"
      />
      <CountLine id={`edit-count-${reply.id}`} count={count} limit={limit} over={over} />
      <Warnings warnings={count?.warnings ?? []} />
      <Buttons busy={busy} send="Approve and send" testId="approve-send" onCancel={onCancel} />
    </form>
  );
}

function ReturnForm({ reply, busy, onReturn, onInvalid, onCancel }: JudgeStepProps) {
  const [word, setWord] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => box.current?.focus(), []);

  function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (word.trim()) onReturn(word.trim());
    else onInvalid(`Say what ${reply.by?.name ?? "its writer"} should change.`);
  }

  return (
    <form onSubmit={submit} noValidate>
      <label class="govuk-label" for={`return-${reply.id}`}>
        What should {reply.by?.name ?? "its writer"} change?
      </label>
      <textarea
        class="govuk-textarea ks-box"
        id={`return-${reply.id}`}
        rows={2}
        ref={box}
        value={word}
        readOnly={busy}
        onInput={(event) => setWord(event.currentTarget.value)}
        data-testid="return-word"
      />
      <Buttons busy={busy} send="Give it back" testId="return-send" onCancel={onCancel} />
    </form>
  );
}

interface ButtonsProps {
  busy: boolean;
  send: string;
  testId: string;
  onCancel: () => void;
}

function Buttons({ busy, send, testId, onCancel }: ButtonsProps) {
  return (
    <div class="govuk-button-group">
      <button type="submit" class="govuk-button" aria-disabled={busy} data-testid={testId}>
        {send}
      </button>
      <button type="button" class="ks-plain-button" onClick={onCancel}>
        Leave it as it is
      </button>
    </div>
  );
}

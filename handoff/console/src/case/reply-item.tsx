// One answer of ours in the conversation, and what can still be done about it: take it back while it
// is held, approve or give back what a trainee proposes, send again what could not be sent.

import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import { PrivateTag } from "../parts/tags";
import { At, ClockAhead, Handle, OnX, WordsOr } from "../parts/words";
import type { Reply, Way } from "../types";
import { replyStateWords, senderWords } from "../words";
import type { Count } from "./counter";
import { JudgeForm } from "./judge-form";

export interface ReplyActions {
  /** both of places: "undo-31", "retry-31", "judge-31" */
  isBusy: (place: string) => boolean;
  problemAt: (place: string) => string | null;
  onRetry: (reply: Reply) => void;
  onUndo: (reply: Reply) => void;
  onApprove: (reply: Reply, text: string | null) => void;
  onReturn: (reply: Reply, word: string) => void;
  onInvalid: (reply: Reply, text: string) => void;
  onCount: (text: string, way: Way) => Promise<Count | null>;
  limits: Record<Way, number>;
}

interface ReplyItemProps {
  reply: Reply;
  mayRetry: boolean;
  mayUndo: boolean;
  mayJudge: boolean;
  actions: ReplyActions;
}

export const notYours =
  "A direct message. Your role doesn't answer those, so its words aren't shown.";

const looks: Partial<Record<Reply["state"], string>> = {
  failed: "ks-said--failed",
  returned: "ks-said--unsent",
  held: "ks-said--unsent",
  proposed: "ks-said--unsent",
  dropped: "ks-said--unsent",
  withheld: "ks-said--unsent",
};

export function ReplyItem({ reply, mayRetry, mayUndo, mayJudge, actions }: ReplyItemProps) {
  const { isBusy, problemAt } = actions;
  const undo = useRef<HTMLButtonElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  // The button goes when the reply does, whoever stands on it mustn't fall off the page.
  const stoodOnUndo = undo.current !== null && document.activeElement === undo.current;
  useLayoutEffect(() => {
    if (stoodOnUndo && !mayUndo) heading.current?.focus();
  }, [mayUndo]);

  const problem = ["undo", "retry"].map((what) => problemAt(`${what}-${reply.id}`)).find(Boolean);
  return (
    <li
      class={`ks-said ks-said--ours ${looks[reply.state] ?? ""}`}
      data-testid="reply"
      data-reply-id={reply.id}
      data-reply-state={reply.state}
    >
      <h3 class="govuk-heading-s ks-said__who" tabIndex={-1} ref={heading}>
        {senderWords(reply)}{" "}
        <span class="ks-quiet">
          for <Handle handle={reply.handle} />, <At at={reply.created_at} />
        </span>{" "}
        {reply.private && <PrivateTag />}
      </h3>
      <WordsOr instead={reply.text === null ? notYours : null}>
        <p class="govuk-body ks-words">{reply.text}</p>
      </WordsOr>
      <OnX url={reply.remote_url} />
      <p class="govuk-body-s ks-said__state" data-testid="reply-state">
        {mayUndo && reply.held_until !== null ? (
          <GoingOut until={reply.held_until} />
        ) : (
          replyStateWords(reply)
        )}
      </p>
      {reply.approver && reply.state !== "proposed" && reply.state !== "returned" && (
        <p class="govuk-body-s ks-said__state">Approved by {reply.approver.name}</p>
      )}
      {problem && <Problem text={problem} />}
      {mayUndo && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary ks-said__button"
          aria-disabled={isBusy(`undo-${reply.id}`)}
          ref={undo}
          onClick={() => actions.onUndo(reply)}
          data-testid="reply-undo"
        >
          Undo
          <span class="govuk-visually-hidden">: don't send this reply</span>
        </button>
      )}
      {reply.state === "failed" && mayRetry && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary ks-said__button"
          aria-disabled={isBusy(`retry-${reply.id}`)}
          onClick={() => actions.onRetry(reply)}
          data-testid="reply-retry"
        >
          Try again
        </button>
      )}
      {mayJudge && (
        <JudgeForm
          reply={reply}
          busy={isBusy(`judge-${reply.id}`)}
          problem={problemAt(`judge-${reply.id}`)}
          limit={actions.limits[reply.private ? "private" : "public"]}
          onApprove={(text) => actions.onApprove(reply, text)}
          onReturn={(word) => actions.onReturn(reply, word)}
          onInvalid={(text) => actions.onInvalid(reply, text)}
          onCount={actions.onCount}
        />
      )}
    </li>
  );
}

/** The seconds are for the eye; who listens was told once, when the reply was taken. */
function GoingOut({ until }: { until: number }) {
  const ahead = useContext(ClockAhead);
  const leftNow = () => Math.max(0, Math.ceil(until - ahead - Date.now() / 1000));
  const [left, setLeft] = useState(leftNow);
  useEffect(() => {
    const timer = setInterval(() => setLeft(leftNow()), 250);
    return () => clearInterval(timer);
  }, [until, ahead]);
  return (
    <>
      going out
      <span aria-hidden="true">
        {left > 0 ? ` in ${left} ${left === 1 ? "second" : "seconds"}` : " now"}
      </span>
      <span class="govuk-visually-hidden"> in a moment</span>
    </>
  );
}

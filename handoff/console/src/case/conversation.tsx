// What the resident wrote and what we answered, in the order in which it was said.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Problem } from "../parts/problem";
import { At, Handle, TheirWords } from "../parts/words";
import { spansOf, WhyList } from "../parts/why";
import type { CaseFrame, Decision, Message, MessageKind, Reply } from "../types";
import { decisionWords, goneWords, percent, replyStateWords, senderWords } from "../words";

type Said = { at: number; message: Message } | { at: number; reply: Reply };

/** At the same second the resident comes first: we answer them, not they us. */
export function inOrder(detail: Pick<CaseFrame, "messages" | "replies">): Said[] {
  const said: Said[] = [
    ...detail.messages.map((message) => ({ at: message.written_at, message })),
    ...detail.replies.map((reply) => ({ at: reply.created_at, reply })),
  ];
  return said.sort((a, b) => a.at - b.at);
}

export interface ConversationProps {
  detail: CaseFrame;
  staffId: number;
  busy: string | null;
  problemAt: (place: string) => string | null;
  onRetry: (reply: number) => Promise<boolean>;
}

export function Conversation({ detail, staffId, busy, problemAt, onRetry }: ConversationProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { owner, state } = detail.case;
  const mayRetry = state !== "closed" && (owner === null || owner.id === staffId);

  async function retry(reply: number) {
    if (await onRetry(reply)) heading.current?.focus();
  }

  return (
    <section aria-labelledby="conversation">
      <h2 class="govuk-heading-m" id="conversation" tabIndex={-1} ref={heading}>
        Conversation
      </h2>
      <ol class="ks-talk" data-testid="conversation">
        {inOrder(detail).map((said) =>
          "message" in said ? (
            <MessageItem key={`m${said.message.id}`} message={said.message} />
          ) : (
            <ReplyItem
              key={`r${said.reply.id}`}
              reply={said.reply}
              mayRetry={mayRetry}
              busy={busy === `retry-${said.reply.id}`}
              problem={problemAt(`retry-${said.reply.id}`)}
              onRetry={() => retry(said.reply.id)}
            />
          ),
        )}
      </ol>
    </section>
  );
}

/** Only an address on the web is a link: whatever else came, it isn't ours to open. */
function webAddress(url: string | null): string | null {
  return url && /^https:\/\//.test(url) ? url : null;
}

const kindWords: Record<MessageKind, string> = {
  addressed: "wrote",
  overheard: "wrote in this thread, not to us",
  private: "wrote to us privately",
};

interface WordsProps {
  /** a sentence why they aren't here, or null */
  instead: string | null;
  children: ComponentChildren;
}

/** What was said, or why it isn't here. */
function Words({ instead, children }: WordsProps) {
  if (instead === null) return <>{children}</>;
  return (
    <p class="govuk-body ks-quiet" data-testid="no-words">
      {instead}
    </p>
  );
}

const notYours = "A direct message. Your role doesn't answer those, so its words aren't shown.";

function insteadOf({ text, gone_at, expired }: Message): string | null {
  if (gone_at !== null) return goneWords("This", expired);
  return text === null ? notYours : null;
}

function OnX({ url }: { url: string | null }) {
  if (!url) return null;
  return (
    <p class="govuk-body-s ks-said__link">
      <a class="govuk-link" href={url} target="_blank" rel="noreferrer noopener">
        View on X<span class="govuk-visually-hidden"> (opens in a new tab)</span>
      </a>
    </p>
  );
}

function MessageItem({ message }: { message: Message }) {
  const url = webAddress(message.remote_url);
  return (
    <li class="ks-said" data-testid="message" data-message-id={message.id}>
      <h3 class="govuk-heading-s ks-said__who">
        <Handle handle={message.handle} />{" "}
        {message.name && (
          <span class="ks-quiet">
            <bdi>{message.name}</bdi>{" "}
          </span>
        )}
        <span class="ks-quiet">
          {kindWords[message.kind]}, <At at={message.written_at} />
          {message.edited_at && " (edited since)"}
        </span>
      </h3>
      <Words instead={insteadOf(message)}>
        <TheirWords text={message.text ?? ""} spans={spansOf(message.decision?.why ?? [])} />
      </Words>
      {!message.gone_at && <OnX url={url} />}
      {message.decision && <WhyDetails decision={message.decision} />}
    </li>
  );
}

function WhyDetails({ decision }: { decision: Decision }) {
  return (
    <details class="govuk-details ks-said__why" data-testid="why">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">Why it's here</span>
      </summary>
      <div class="govuk-details__text">
        <p class="govuk-body-s">{decisionWords(decision)}</p>
        <WhyList why={decision.why} />
        <p class="govuk-body-s">
          Score {percent(decision.score)}, lead over the next {percent(decision.lead)}, not
          explained {percent(decision.residue)}. Knowledge base{" "}
          <code class="ks-code">{decision.kb}</code>
          {decision.intents.length > 0 && (
            <>
              . Could be about <code class="ks-code">{decision.intents.join(", ")}</code>
            </>
          )}
        </p>
      </div>
    </details>
  );
}

interface ReplyItemProps {
  reply: Reply;
  mayRetry: boolean;
  busy: boolean;
  problem: string | null;
  onRetry: () => void;
}

function ReplyItem({ reply, mayRetry, busy, problem, onRetry }: ReplyItemProps) {
  const failed = reply.state === "failed";
  return (
    <li
      class={failed ? "ks-said ks-said--ours ks-said--failed" : "ks-said ks-said--ours"}
      data-testid="reply"
      data-reply-id={reply.id}
      data-reply-state={reply.state}
    >
      <h3 class="govuk-heading-s ks-said__who">
        {senderWords(reply)}
        <span class="ks-quiet">
          {reply.private && ", direct message"}, <At at={reply.created_at} />
        </span>
      </h3>
      <Words instead={reply.text === null ? notYours : null}>
        <p class="govuk-body ks-words">{reply.text}</p>
      </Words>
      <OnX url={webAddress(reply.remote_url)} />
      <p class="govuk-body-s ks-said__state" data-testid="reply-state">
        {replyStateWords(reply)}
      </p>
      {problem && <Problem text={problem} />}
      {failed && mayRetry && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary ks-said__retry"
          aria-disabled={busy}
          onClick={onRetry}
          data-testid="reply-retry"
        >
          Try again
        </button>
      )}
    </li>
  );
}

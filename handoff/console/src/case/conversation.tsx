// What the resident wrote and what we answered, in the order in which it was said.

import type { RefObject } from "preact";
import { hrefOfPlace } from "../knowledge/place";
import { PrivateTag } from "../parts/tags";
import { At, Handle, OnX, TheirWords, WordsOr } from "../parts/words";
import { spansOf, WhyList } from "../parts/why";
import type { CaseFrame, Decision, Message, MessageKind, Reply } from "../types";
import { decisionWords, goneWords, madeBy, scoreWords, takenFor } from "../words";
import { mayJudge, mayUndo } from "./allowed";
import { notYours, ReplyItem, type ReplyActions } from "./reply-item";

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
  may: ReadonlySet<string>;
  heading: RefObject<HTMLHeadingElement>;
  actions: ReplyActions;
}

export function Conversation({ detail, staffId, may, heading, actions }: ConversationProps) {
  const { owner, state } = detail.case;
  const free = state !== "closed" && (owner === null || owner.id === staffId);
  const mayRetry = free && may.has("retry");

  return (
    <section aria-labelledby="conversation">
      <h2 class="govuk-heading-m" id="conversation" tabIndex={-1} ref={heading}>
        Conversation
      </h2>
      <ol class="ks-talk" data-testid="conversation">
        {inOrder(detail).map((said) =>
          "message" in said ? (
            <MessageItem
              key={`m${said.message.id}`}
              message={said.message}
              linked={may.has("kb_versions")}
            />
          ) : (
            <ReplyItem
              key={`r${said.reply.id}`}
              reply={said.reply}
              mayRetry={mayRetry}
              mayUndo={mayUndo(said.reply, detail.replies, staffId, may)}
              mayJudge={mayJudge(said.reply, staffId, may)}
              actions={actions}
            />
          ),
        )}
      </ol>
    </section>
  );
}

const kindWords: Record<MessageKind, string> = {
  addressed: "wrote",
  overheard: "wrote in this thread, not to us",
  private: "wrote to us privately",
};

function insteadOf({ text, gone_at, expired }: Message): string | null {
  if (gone_at !== null) return goneWords("This", expired);
  return text === null ? notYours : null;
}

/** linked: whoever looks may see the knowledge base */
function MessageItem({ message, linked }: { message: Message; linked: boolean }) {
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
        </span>{" "}
        {message.kind === "private" && <PrivateTag />}
      </h3>
      <WordsOr instead={insteadOf(message)}>
        <TheirWords text={message.text ?? ""} spans={spansOf(message.decision?.why ?? [])} />
      </WordsOr>
      {!message.gone_at && <OnX url={message.remote_url} />}
      {message.decision && <WhyDetails decision={message.decision} linked={linked} />}
    </li>
  );
}

function WhyDetails({ decision, linked }: { decision: Decision; linked: boolean }) {
  const score = scoreWords(decision);
  const version = decision.kb_version;
  return (
    <details class="govuk-details ks-said__why" data-testid="why">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">Why it's here</span>
      </summary>
      <div class="govuk-details__text">
        <p class="govuk-body-s">{decisionWords(decision)}</p>
        <WhyList why={decision.why} taken={takenFor(decision)} />
        {decision.would !== null && (
          <p class="govuk-body-s" data-testid="would">
            It would have answered: <span class="ks-words">{decision.would}</span>
          </p>
        )}
        <p class="govuk-body-s">
          {score && `${score} `}
          {decision.intents.length > 0 && (
            <>
              It could be about <code class="ks-code">{decision.intents.join(", ")}</code>.{" "}
            </>
          )}
          {linked && version !== null ? (
            <a class="govuk-link" href={hrefOfPlace({ page: "version", version })}>
              {madeBy(decision)}
            </a>
          ) : (
            madeBy(decision)
          )}
        </p>
      </div>
    </details>
  );
}

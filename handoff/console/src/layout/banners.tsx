// What everybody at work should know just now: nothing is sent, we're closed, the network is down,
// something of yours failed while you were looking at something else.

import { useContext } from "preact/hooks";
import { byCare, newsHref, newsLinkWords, newsOf } from "../knowledge/news";
import { Now } from "../parts/words";
import { bulkWords } from "../queue/for-many";
import { networkWords } from "../state";
import type { Bulk, Hours, KbNews, Mode, Network, PostTrouble } from "../types";
import { nextWords } from "../words";

export interface BannersProps {
  mode: Mode;
  open: Hours;
  network: Network;
  /** cases other than the shown one in which something of ours didn't work */
  elsewhere: number[];
  /** something else that didn't work, in a sentence, or null */
  trouble: string | null;
  /** how many things that we did wait for a connection */
  pending: number;
  onGiveUp: () => void;
  /** there are more open cases than are shown */
  partial: boolean;
  /** null: they are at the desk, or were asked already; else what stops the asking */
  onNotNow: (() => void) | null;
  /** what went wrong with a post, or null */
  post: PostTrouble | null;
  onPostSeen: () => void;
  /** of the knowledge base, newest first */
  news: readonly KbNews[];
  /** all up to this one */
  onNewsSeen: (seq: number) => void;
  /** messages to many that are on their way */
  bulks: readonly Bulk[];
}

export function Banners(props: BannersProps) {
  const { mode, open, network, elsewhere, trouble, pending, onGiveUp, partial } = props;
  const { onNotNow, bulks, post, onPostSeen, news, onNewsSeen } = props;
  const now = useContext(Now);
  const shadow = mode === "shadow";
  const troubled = !network.ok || elsewhere.length > 0 || trouble || post;
  const busy = pending > 0 || bulks.length > 0 || news.length > 0;
  if (!shadow && open.now && !troubled && !onNotNow && !busy && !partial) return null;
  return (
    <section class="ks-banners" aria-label="Please note">
      {shadow && (
        <p class="ks-banner ks-banner--shadow" data-testid="shadow-banner">
          <strong>Shadow mode: nothing is sent.</strong> Kerbside reads what comes and shows what it
          would have said. Replies that you write here are kept back too.
        </p>
      )}
      {!network.ok && (
        <p class="ks-banner ks-banner--problem" data-testid="network-banner">
          <strong>Network trouble.</strong> {networkWords(network)}
        </p>
      )}
      {trouble && <p class="ks-banner ks-banner--problem">{trouble}</p>}
      {post && (
        <p class="ks-banner ks-banner--problem" data-testid="post-banner">
          <strong>A post needs a look.</strong> {post.text}{" "}
          <button type="button" class="ks-plain-button" onClick={onPostSeen}>
            I've looked
          </button>
        </p>
      )}
      {news.length > 0 && <News news={news} onSeen={onNewsSeen} />}
      {pending > 0 && (
        <p class="ks-banner ks-banner--problem" data-testid="pending-banner">
          <strong>Waiting for the connection.</strong>{" "}
          {pending === 1
            ? "What you just did is done as soon as we're connected again, once."
            : `The last ${pending} things you did are done as soon as we're connected again, once.`}{" "}
          <button type="button" class="ks-plain-button" data-testid="give-up" onClick={onGiveUp}>
            Don't wait
          </button>
        </p>
      )}
      {partial && (
        <p class="ks-banner" data-testid="partial-banner">
          <strong>There are more cases than are shown.</strong> These are the 2,000 most urgent; the
          others move up as these are closed.
        </p>
      )}
      {!open.now && (
        <p class="ks-banner" data-testid="hours-banner">
          <strong>Out of hours.</strong>{" "}
          {open.next_at === null
            ? "Staff hours are over."
            : `Staff hours begin again ${nextWords(open.next_at, now)}.`}
        </p>
      )}
      {onNotNow && (
        <p class="ks-banner" data-testid="sign-on-banner">
          You're not at the desk yet.{" "}
          <a class="govuk-link" href="#/desk">
            Sign on and say hello
          </a>{" "}
          <button type="button" class="ks-plain-button" onClick={onNotNow}>
            Not now
          </button>
        </p>
      )}
      {bulks.map((bulk) => (
        <p class="ks-banner" key={bulk.id} data-testid="bulk-banner">
          <strong>A message to many is on its way.</strong> {bulkWords(bulk)}{" "}
          <a class="govuk-link" href="#/many">
            See or stop it
          </a>
        </p>
      ))}
      {elsewhere.map((id) => (
        <p class="ks-banner ks-banner--problem" key={id} data-testid="elsewhere-banner">
          <strong>Something didn't work</strong> in a case you have left:{" "}
          <a class="govuk-link" href={`#/case/${id}`}>
            look at case {id}
          </a>
        </p>
      ))}
    </section>
  );
}

function News({ news, onSeen }: { news: readonly KbNews[]; onSeen: (seq: number) => void }) {
  const newest = Math.max(...news.map(({ seq }) => seq));
  return (
    <div
      class="govuk-notification-banner ks-news"
      role="region"
      aria-labelledby="news-title"
      data-testid="news-banner"
    >
      <div class="govuk-notification-banner__header">
        <h2 class="govuk-notification-banner__title" id="news-title">
          Knowledge
        </h2>
      </div>
      <div class="govuk-notification-banner__content">
        <ul class="govuk-list">
          {byCare(news).map((one) => (
            <li key={one.seq}>
              <strong>{newsOf(one)?.title}.</strong> {one.text}{" "}
              <a class="govuk-notification-banner__link" href={newsHref(one)}>
                {newsLinkWords(one)}
                <span class="govuk-visually-hidden">: {one.text}</span>
              </a>
            </li>
          ))}
        </ul>
        <button type="button" class="ks-plain-button" onClick={() => onSeen(newest)}>
          I've looked<span class="govuk-visually-hidden"> (knowledge)</span>
        </button>
      </div>
    </div>
  );
}

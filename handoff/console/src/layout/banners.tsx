// What everybody at work should know just now: nothing is sent, we're closed, the network is down,
// something of yours failed while you were looking at something else.

import { useContext } from "preact/hooks";
import { Now } from "../parts/words";
import { networkWords } from "../state";
import type { Hours, Mode, Network } from "../types";
import { nextWords } from "../words";

export interface BannersProps {
  mode: Mode;
  open: Hours;
  network: Network;
  /** cases other than the shown one in which something of ours didn't work */
  elsewhere: number[];
  /** something else that didn't work, in a sentence, or null */
  trouble: string | null;
}

export function Banners({ mode, open, network, elsewhere, trouble }: BannersProps) {
  const now = useContext(Now);
  const shadow = mode === "shadow";
  if (!shadow && open.now && network.ok && elsewhere.length === 0 && !trouble) return null;
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
      {!open.now && (
        <p class="ks-banner" data-testid="hours-banner">
          <strong>Out of hours.</strong>{" "}
          {open.next_at === null
            ? "Staff hours are over."
            : `Staff hours begin again ${nextWords(open.next_at, now)}.`}
        </p>
      )}
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

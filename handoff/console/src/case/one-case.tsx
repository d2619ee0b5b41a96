// A case that is being looked at: fetched when it is opened and whenever something about it has
// happened.

import { useEffect, useRef, useState } from "preact/hooks";
import { runCommand, runOnCase } from "../commands";
import type { Feed } from "../feed";
import type { State } from "../state";
import type { Case, CaseCommand, Staff, Way } from "../types";
import { CaseView, type CaseProblem } from "./case";
import type { Count } from "./counter";

interface OneCaseProps {
  id: number;
  staff: Staff;
  state: State;
  feed: Feed;
  problem: CaseProblem | null;
  onProblem: (problem: CaseProblem | null) => void;
  announce: (text: string) => void;
}

export function OneCase({ id, staff, state, feed, ...rest }: OneCaseProps) {
  const ask = feed.ask.bind(feed);
  const [missing, setMissing] = useState<string | null>(null);
  const asking = useRef(false);
  const askAgain = useRef(false);

  async function fetchCase() {
    if (asking.current) {
      askAgain.current = true;
      return;
    }
    asking.current = true;
    do {
      askAgain.current = false;
      const done = await runCommand(ask, { type: "open", case: id });
      setMissing(done.ok || done.code === "lost" ? null : done.text);
    } while (askAgain.current);
    asking.current = false;
  }

  const connected = state.connection === "connected";
  const staleness = state.stale.get(id) ?? 0;
  useEffect(() => {
    if (connected) void fetchCase();
  }, [connected, staleness]);

  async function count(text: string, way: Way): Promise<Count | null> {
    const answer = await ask({ type: "count", text, way });
    return answer.type === "count" ? answer : null;
  }

  return (
    <CaseView
      id={id}
      staff={staff}
      summary={state.cases.get(id)}
      detail={state.details.get(id)}
      missing={missing}
      limits={state.limits}
      onCommand={(command: CaseCommand, seen: Case) => runOnCase(ask, command, seen)}
      onCount={count}
      {...rest}
    />
  );
}

// The events of the feed as they come, for those who need more than what the state makes of them.

import { createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import type { EventFrame } from "./types";

type Listener = (event: EventFrame) => void;

export class Events {
  private listeners = new Set<Listener>();

  tell(event: EventFrame): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export const EventsOf = createContext(new Events());

export function useEvents(listener: Listener): void {
  const events = useContext(EventsOf);
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const stop = events.listen((event) => latest.current(event));
    return () => void stop();
  }, [events]);
}

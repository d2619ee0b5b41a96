import { useEffect, useMemo, useState } from "preact/hooks";
import { useEvents } from "../events";
import type { Preferences } from "../preferences";
import type { Staff } from "../types";
import { Alerts, showBadge } from "./alerts";
import { alertFor, type Alert } from "./decide";

interface Watched {
  staff: Staff | null;
  /** the frames that this person may send */
  may: ReadonlySet<string>;
  preferences: Preferences;
  /** the case on the screen */
  shown: number | null;
  /** how many sensitive cases nobody has taken */
  urgent: number;
  announce: (text: string) => void;
}

/** Raises alerts as they come, and has them read out. Gives what tests them, and the last that wasn't seen yet. */
export function useAlerts({ staff, may, preferences, shown, urgent, announce }: Watched) {
  const alerts = useMemo(() => new Alerts(), []);
  const [unseen, setUnseen] = useState<Alert | null>(null);

  useEvents((event) => {
    if (!staff) return;
    const attentive = document.visibilityState === "visible" && document.hasFocus();
    const alert = alertFor(event, { staff, may, shown, attentive });
    if (!alert) return;
    // The state has news of the knowledge base read out, alert or not.
    if (event.case) announce(`${alert.title}: ${alert.text}`);
    alerts.raise(alert, preferences, Date.now());
    if (!attentive) setUnseen(alert);
  });

  useEffect(() => {
    const seen = () => setUnseen(null);
    addEventListener("focus", seen);
    return () => removeEventListener("focus", seen);
  }, []);

  useEffect(() => {
    if (!preferences.sound) return;
    const unlock = () => alerts.unlock();
    addEventListener("pointerdown", unlock, { once: true });
    addEventListener("keydown", unlock, { once: true });
    return () => {
      removeEventListener("pointerdown", unlock);
      removeEventListener("keydown", unlock);
    };
  }, [preferences.sound]);

  useEffect(() => showBadge(urgent), [urgent]);

  return { alerts, unseen };
}

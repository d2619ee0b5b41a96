// Makes itself heard and seen: sound, desktop notification, icon. What is worth it decides
// decide.ts; what can't be done here is said, not thrown.

import type { Preferences } from "../preferences";
import { maySound, type Alert } from "./decide";

/** Two short notes, the second higher: heard over talk, and nobody jumps. */
const notes = [
  { hertz: 660, from: 0, to: 0.12 },
  { hertz: 880, from: 0.15, to: 0.3 },
];
const loudness = 0.2;

/** After a test in which nothing went wrong that a program can see. */
export const heardWords =
  "That was an alert. If you didn't notice, look at the volume, and whether your computer is set " +
  "not to disturb.";

export class Alerts {
  private audio: AudioContext | null = null;
  private lastSound: number | null = null;

  /** Browsers let a page sound only once somebody has pressed something in it. */
  unlock(): void {
    try {
      this.audio ??= new AudioContext();
      void this.audio.resume();
    } catch {
      this.audio = null; // no sound card, say
    }
  }

  raise(alert: Alert, preferences: Preferences, nowMs: number): void {
    if (preferences.sound && maySound(this.lastSound, nowMs / 1000)) {
      this.lastSound = nowMs / 1000;
      this.sound();
    }
    if (preferences.desktop) notify(alert);
  }

  /** Both at once; gives a sentence for each that can't be had. */
  async test(preferences: Preferences): Promise<string[]> {
    const problems: string[] = [];
    if (preferences.sound) {
      this.unlock();
      if (!this.audio) problems.push("This browser can't play sounds.");
      this.sound();
    }
    if (preferences.desktop) {
      const problem = await askToNotify();
      if (problem) problems.push(problem);
      else notify({ href: "", title: "Kerbside", text: "This is how an alert looks." });
    }
    return problems;
  }

  private sound(): void {
    this.unlock();
    const audio = this.audio;
    if (!audio) return;
    const volume = audio.createGain();
    volume.gain.value = loudness;
    volume.connect(audio.destination);
    for (const { hertz, from, to } of notes) {
      const tone = audio.createOscillator();
      tone.frequency.value = hertz;
      tone.connect(volume);
      tone.start(audio.currentTime + from);
      tone.stop(audio.currentTime + to);
    }
  }
}

/** Asks if that has never been done. Null if we may; else why not, in a sentence. */
async function askToNotify(): Promise<string | null> {
  if (typeof Notification === "undefined") return "This browser can't show notifications.";
  const answer = await Notification.requestPermission();
  if (answer === "granted") return null;
  return (
    "Your browser forbids notifications from this page. Allow them in the browser's settings for " +
    "this site, and try again."
  );
}

function notify({ href, title, text }: Alert): void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(title, { body: text, tag: href });
    shown.onclick = () => {
      focus();
      if (href !== "") location.hash = href;
      shown.close();
    };
  } catch {
    // Some telephones only let a service worker do that: the sound and the title are left
  }
}

/** The tab's icon, and the program's where the console was installed as one. */
export function showBadge(urgent: number): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon) icon.href = urgent > 0 ? "/favicon-urgent.svg" : "/favicon.svg";
  const app = navigator as Navigator & { setAppBadge?: (count: number) => Promise<void> };
  app.setAppBadge?.(urgent).catch(() => undefined);
}

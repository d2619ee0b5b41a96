// What somebody chose for themselves in this browser: kept here and not on the server, since a
// desk in the contact centre and a kitchen table want different things.

export interface Preferences {
  shortcuts: boolean;
  sound: boolean;
  desktop: boolean;
}

/** Nothing makes a noise or asks for anything before it is wanted. */
export const defaults: Preferences = { shortcuts: true, sound: false, desktop: false };

function keyOf(staffId: number): string {
  return `kerbside.preferences.${staffId}`;
}

/** What is kept may be older than this program, or somebody's experiment. */
export function parsePreferences(text: string | null): Preferences {
  let kept: unknown = null;
  try {
    kept = JSON.parse(text ?? "null");
  } catch {
    return defaults;
  }
  if (kept === null || typeof kept !== "object") return defaults;
  const chosen = kept as Partial<Record<keyof Preferences, unknown>>;
  const choice = (name: keyof Preferences) => {
    const value = chosen[name];
    return typeof value === "boolean" ? value : defaults[name];
  };
  return { shortcuts: choice("shortcuts"), sound: choice("sound"), desktop: choice("desktop") };
}

const seenPostKey = "kerbside.post-seen";

/** The event of the post that somebody has looked at in this browser; null: none. */
export function readSeenPost(): number | null {
  try {
    return Number(localStorage.getItem(seenPostKey)) || null;
  } catch {
    return null; // storage switched off
  }
}

export function keepSeenPost(seq: number): void {
  try {
    localStorage.setItem(seenPostKey, String(seq));
  } catch {
    // as above: it holds until the page is closed
  }
}

export function readPreferences(staffId: number): Preferences {
  try {
    return parsePreferences(localStorage.getItem(keyOf(staffId)));
  } catch {
    return defaults; // storage switched off
  }
}

export function keepPreferences(staffId: number, preferences: Preferences): void {
  try {
    localStorage.setItem(keyOf(staffId), JSON.stringify(preferences));
  } catch {
    // as above: they hold until the page is closed
  }
}

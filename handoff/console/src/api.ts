// The few requests that go outside the websocket: who am I, signing in, signing out.

import type { Staff } from "./types";

export type SignedIn = { staff: Staff } | { error: string; status: number };

const unreachable = "Kerbside can't be reached just now. Please try again in a moment.";

async function ask(path: string, body?: object): Promise<SignedIn> {
  let response: Response;
  try {
    response = await fetch(path, {
      credentials: "same-origin",
      cache: "no-store",
      ...(body && {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
  } catch {
    return { error: unreachable, status: 0 };
  }
  const answer = (await response.json().catch(() => ({}))) as { staff?: Staff; error?: string };
  if (response.ok && answer.staff) return { staff: answer.staff };
  return { error: answer.error ?? unreachable, status: response.status };
}

export function fetchMe(): Promise<SignedIn> {
  return ask("/api/me");
}

export function signIn(login: string, password: string): Promise<SignedIn> {
  return ask("/api/sign-in", { login, password });
}

/** True once the server has ended the session (or says there is none). */
export async function signOut(): Promise<boolean> {
  const answer = await ask("/api/sign-out", {});
  return "status" in answer && (answer.status === 204 || answer.status === 401);
}

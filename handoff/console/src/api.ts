// The requests that go outside the websocket: signing in and out, and accounts.

import type { Seconds, Staff } from "./types";

/** What has to be done before anything else. */
export type Must = "password" | "second_factor" | null;

export interface Failure {
  error: string;
  /** 0: the server couldn't be reached */
  status: number;
  /** the password is right, and a code is needed too */
  need?: "code";
}

export type SignedIn = { staff: Staff; must: Must } | Failure;

export interface Session {
  id: string;
  address: string | null;
  browser: string | null;
  began_at: Seconds;
  seen_at: Seconds;
  this: boolean;
}

export interface Account {
  login: string;
  second_factor: boolean;
  /** everybody must have a second factor */
  required: boolean;
  codes_left: number;
  sessions: Session[];
}

/** An account as those see it who look after accounts. */
export interface Person extends Staff {
  duty: boolean;
  second_factor: boolean;
  must_change: boolean;
  seen_at: Seconds | null;
  sessions: Session[];
}

export interface NewPerson {
  login: string;
  name: string;
  initials: string;
  role: string;
  duty: boolean;
}

/** A password for somebody's first time; nobody is told it again. */
export interface Given {
  login: string;
  password: string;
}

const unreachable = "Kerbside can't be reached just now. Please try again in a moment.";

async function ask<T extends object>(path: string, body?: object): Promise<T | Failure> {
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
  const answer = (await response.json().catch(() => ({}))) as T & Partial<Failure>;
  if (response.ok) return answer;
  const { error = unreachable, need } = answer;
  return { error, status: response.status, ...(need && { need }) };
}

export function failed(answer: object): answer is Failure {
  return "error" in answer;
}

export function fetchMe(): Promise<SignedIn> {
  return ask("/api/me");
}

export function signIn(login: string, password: string, code?: string): Promise<SignedIn> {
  return ask("/api/sign-in", { login, password, ...(code && { code }) });
}

/** True once the server has ended the session (or says there is none). */
export async function signOut(): Promise<boolean> {
  const answer = await ask("/api/sign-out", {});
  return !failed(answer) || answer.status === 401;
}

export const account = {
  fetch: () => ask<Account>("/api/account"),
  changePassword: (password: string, fresh: string) =>
    ask("/api/account/password", { password, new: fresh }),
  beginSecondFactor: (password: string) =>
    ask<{ secret: string; link: string }>("/api/account/second-factor/begin", { password }),
  confirmSecondFactor: (code: string) =>
    ask<{ codes: string[] }>("/api/account/second-factor/confirm", { code }),
  endSecondFactor: (password: string, code: string) =>
    ask("/api/account/second-factor/off", { password, code }),
  endSession: (id: string) => ask("/api/account/sessions/end", { id }),
  endOtherSessions: () => ask("/api/account/sessions/end", {}),
};

export const people = {
  fetch: () => ask<{ people: Person[] }>("/api/staff"),
  add: (person: NewPerson) => ask<Given>("/api/staff/add", person),
  change: (id: number, role: string, duty: boolean) =>
    ask("/api/staff/change", { id, role, duty }),
  givePassword: (id: number) => ask<Given>("/api/staff/password", { id }),
  endSession: (id: number, session: string) => ask("/api/staff/sign-out", { id, session }),
  signOut: (id: number) => ask("/api/staff/sign-out", { id }),
  endSecondFactor: (id: number) => ask("/api/staff/second-factor-off", { id }),
  remove: (id: number) => ask("/api/staff/remove", { id }),
};

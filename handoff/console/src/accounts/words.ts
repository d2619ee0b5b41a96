// What accounts and the audit log are called in front of people.

import type { AuditEntry } from "../types";

export const roles: [string, string][] = [
  ["agent", "Agent"],
  ["trainee", "Trainee: what they write is approved first"],
  ["editor", "Editor: sees, and answers nobody"],
  ["supervisor", "Supervisor"],
  ["admin", "Admin: looks after accounts"],
];

export function roleWords(role: string): string {
  const words = roles.find(([name]) => name === role)?.[1] ?? role;
  return words.split(":")[0] ?? words;
}

const acts: Record<string, string> = {
  signed_in: "Signed in",
  sign_in_failed: "Could not sign in",
  sign_in_throttled: "Tried to sign in too often",
  signed_out: "Signed out",
  session_ended: "Signed a session out",
  password_changed: "Changed their password",
  password_reset: "Gave a new password",
  second_factor_on: "Set up a second factor",
  second_factor_off: "Switched a second factor off",
  recovery_code_used: "Signed in with a recovery code",
  staff_added: "Added somebody",
  staff_removed: "Removed somebody",
  role_changed: "Changed a role",
  duty_changed: "Changed the duty list",
  case_taken_away: "Gave back a case that somebody else had",
  case_passed: "Passed on a case that somebody else had",
  reply_approved: "Approved a trainee's reply",
  reply_returned: "Returned a trainee's reply",
  bulk_sent: "Sent one message to many",
  bulk_stopped: "Stopped one message to many",
  kb_published: "Published a version of the knowledge base",
  kb_rolled_back: "Made an earlier version of the knowledge base live again",
  kb_incident: "Published an incident",
  kb_agreed: "Agreed to a change of the knowledge base",
  kb_spoken_for: "Named on the command line for a change of the knowledge base",
};

export function actWords({ act }: AuditEntry): string {
  const plain = act.replace(/_/g, " ");
  return acts[act] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function byWords({ by, text }: AuditEntry): string {
  return by ?? (text?.startsWith("command line") ? "Kerbside's machine" : "Not signed in");
}

/** In groups of four, as people read them out. */
export function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, "$& ");
}

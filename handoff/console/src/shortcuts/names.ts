// The keys that lists and cases have, in one place: they are used there and explained in the settings.

export const inLists = {
  next: ["j", "Next case in the list"],
  previous: ["k", "Case before it in the list"],
  open: ["o", "Open the case"],
  claim: ["c", "Claim the case"],
  select: ["x", "Select the case, or don't"],
} as const;

export const inCase = {
  claim: ["c", "Claim the case"],
  reply: ["r", "Go to your reply"],
  note: ["n", "Go to the note"],
  undo: ["u", "Undo your reply while it's held"],
  close: ["x", "Go to closing the case"],
} as const;

export const everywhere = {
  search: ["/", "Search"],
  help: ["?", "Show the shortcuts"],
  queue: ["g q", "Go to the queue"],
  mine: ["g m", "Go to your own cases"],
  answered: ["g a", "Go to what was answered automatically"],
  ignored: ["g i", "Go to what was ignored"],
  desk: ["g d", "Go to the desk: who is on"],
} as const;

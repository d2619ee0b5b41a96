// Where in the console we are, kept in the address after the #: back and forward work, and a case
// can be sent to a colleague as a link.

export type Route =
  | { view: "queue" }
  | { view: "mine" }
  | { view: "ignored" }
  | { view: "closed" }
  | { view: "account" }
  | { view: "people" }
  | { view: "audit" }
  | { view: "case"; id: number };

export function readRoute(hash: string): Route {
  const found = /^#\/case\/([1-9]\d{0,14})$/.exec(hash);
  if (found) return { view: "case", id: Number(found[1]) };
  switch (hash) {
    case "#/mine":
      return { view: "mine" };
    case "#/ignored":
      return { view: "ignored" };
    case "#/closed":
      return { view: "closed" };
    case "#/account":
      return { view: "account" };
    case "#/people":
      return { view: "people" };
    case "#/audit":
      return { view: "audit" };
    default:
      return { view: "queue" };
  }
}

export function hrefOf(route: Route): string {
  return route.view === "case" ? `#/case/${route.id}` : `#/${route.view}`;
}

// The cases that are done with, the one closed last first.

import { CaseSummary } from "../queue/row";
import { TrayPage, type TrayViewProps } from "./tray";

export interface ClosedTrayProps extends TrayViewProps {
  staffId: number | undefined;
  /** we have several accounts */
  several: boolean;
}

export function ClosedTray({ staffId, several, ...rest }: ClosedTrayProps) {
  return (
    <TrayPage
      {...rest}
      tray="closed"
      title="Closed"
      intro="Cases that are done with. What a resident writes to one opens it again."
      empty="No case has been closed yet."
      keyOf={(one) => one.id}
      goneWith={(event) => (event.case?.state === "open" ? event.case.id : undefined)}
      row={(one) => <CaseSummary one={one} staffId={staffId} several={several} />}
    />
  );
}

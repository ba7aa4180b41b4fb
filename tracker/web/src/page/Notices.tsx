/** Requests that went wrong: parts of a link that say nothing, a box that the server refused. */

import { usePage, useWatched } from "./hooks";
import { Icon } from "./Icon";

export function Notices() {
  const { views, live } = usePage();
  const problems = useWatched(views.problems);
  const fault = useWatched(live.fault);
  return (
    <div className="notices" role="alert">
      {problems.length > 0 && (
        <Notice onClose={() => views.problems.set([])}>
          Part of the link was not understood. Left out: {problems.join("; ")}.
        </Notice>
      )}
      {fault !== null && <Notice onClose={() => live.fault.set(null)}>The server refused a request: {fault}</Notice>}
    </div>
  );
}

function Notice({ onClose, children }: { onClose: () => void; children: React.ReactNode }) {
  return (
    <div className="notice">
      <p>{children}</p>
      <button type="button" className="quiet" aria-label="Close notice" onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}

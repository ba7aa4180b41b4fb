/** The keys, and what the page shows. */

import { useEffect, useRef } from "react";
import { usePage } from "./hooks";
import { duration } from "./units";

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["/"], "Search by callsign, address or id"],
  [["l"], "Go to the list"],
  [["↑", "↓", "PgUp", "PgDn", "Home", "End"], "Move in the list"],
  [["Enter"], "Select"],
  [["f"], "Follow the selected one, or stop following"],
  [["c"], "Show the selected one in the middle"],
  [["u"], "Switch units"],
  [["Esc"], "Close, then clear the selection, then the search"],
  [["←", "→", "↑", "↓"], "Move the map while it has the focus"],
  [["+", "−"], "Zoom the map while it has the focus"],
  [["?"], "This help"],
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { fleet } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Help</h2>
      <p>
        Between reports, aircraft move on along their last track at their last speed. After{" "}
        {duration(fleet.staleAfter)} without a report an aircraft is stale and stands still; after{" "}
        {duration(fleet.lostAfter)} it is removed. The address of this page holds the view: send it to show somebody the
        same.
      </p>
      <table>
        <caption className="unseen">Keys</caption>
        <tbody>
          {KEYS.map(([keys, does]) => (
            <tr key={does}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

/** What stands above all: the name of the page, search, filters, units, help. */

import { useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { FilterPanel } from "./FilterPanel";
import { active } from "./filters";
import { useNoun, usePage, useView } from "./hooks";
import { Icon } from "./Icon";
import { UnitsSwitch } from "./UnitsSwitch";

export function Toolbar({ search, onHelp }: { search: RefObject<HTMLInputElement | null>; onHelp: () => void }) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const count = active(useView("filters"));
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <>
      <div className="title">
        <Icon name="aircraft" />
        <h1>Flights</h1>
        <UnitsSwitch />
        <button type="button" className="quiet" aria-label="Help" title="Help (?)" onClick={onHelp}>
          <Icon name="help" />
        </button>
      </div>
      <div className="find">
        <SearchBox field={search} />
        <button
          ref={opener}
          type="button"
          className={count > 0 ? "filters-button on" : "filters-button"}
          aria-expanded={open}
          aria-controls="filters"
          onClick={() => setOpen(!open)}
        >
          <Icon name="filter" />
          <span className="wide-only">Filters</span>
          <span className="narrow-only unseen">Filters</span>
          {count > 0 && (
            <span className="badge">
              {count}
              <span className="unseen"> active</span>
            </span>
          )}
        </button>
      </div>
      {open && <FilterPanel onClose={close} />}
    </>
  );
}

function SearchBox({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const { views } = usePage();
  const search = useView("search");
  const what = useNoun() === "flights" ? "callsign or address" : "callsign, address or id";
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (search === "") event.currentTarget.blur();
    else views.change({ search: "" });
  };
  return (
    <search className="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={`Search by ${what}`}
        aria-keyshortcuts="/"
        placeholder={what.slice(0, 1).toUpperCase() + what.slice(1)}
        maxLength={40}
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => views.change({ search: event.target.value })}
        onKeyDown={press}
      />
    </search>
  );
}

// The sortable table, and the details of a row.

function tabulated() {
  const {table, all, x, y, colour} = state;
  if (all || !y) return table.columns;
  const wanted = new Set([x, y, colour, table.named(y.low), table.named(y.high)]);
  return table.columns.filter((column) => varies(column) || wanted.has(column));
}

function sorted(rows) {
  if (!state.sort) return rows;
  const {key, down} = state.sort;
  return [...rows].sort((a, b) => {
    if (a[key] === null || b[key] === null) return compare(a[key], b[key]);  // gaps come last either way
    return down ? compare(b[key], a[key]) : compare(a[key], b[key]);
  });
}

function tabulate(rows) {
  const columns = tabulated(), visible = sorted(rows).slice(0, state.rows);
  const heads = columns.map((column) => {
    const mine = state.sort?.key === column.key;
    const button = element("button", {type: "button", title: column.meaning, onclick: () => sortBy(column),
      textContent: title(column) + (mine ? (state.sort.down ? " ▼" : " ▲") : "")});
    const head = element("th", {scope: "col", className: column.number ? "number" : ""}, button);
    head.setAttribute("aria-sort", mine ? (state.sort.down ? "descending" : "ascending") : "none");
    head.dataset.column = column.name;
    return head;
  });
  const body = visible.map((row) => {
    const open = element("button", {type: "button", textContent: "›", onclick: () => details(row, true)});
    open.setAttribute("aria-label", "Details of this row");
    const line = element("tr", {}, element("td", {}, open), ...columns.map((column) =>
      element("td", {className: column.number ? "number" : "", textContent: shown(row[column.key])})));
    line.dataset.row = row.i;
    line.setAttribute("aria-selected", row === picked);
    return line;
  });
  const head = element("tr", {}, element("td"), ...heads);
  at("rows").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  at("more").hidden = rows.length <= state.rows;
}

function sortBy(column) {
  const again = state.sort?.key === column.key;
  state.sort = {key: column.key, down: again ? !state.sort.down : false};
  tabulate(selected());
  const head = [...at("rows").querySelectorAll("th")].find((th) => th.dataset.column === column.name);
  head.querySelector("button").focus();
}

function dictionary(table) {
  const line = (cell, texts) => element("tr", {}, ...texts.map((text, i) =>
    element(cell, {textContent: text, className: i === 2 ? "long" : ""})));
  at("dictionary").replaceChildren(element("thead", {}, line("th", ["column", "unit", "meaning"])),
    element("tbody", {}, ...table.columns.map((column) => line("td", [column.name, column.unit, column.meaning]))));
}

function details(row, focus = false) {
  picked = row;
  at("details").hidden = !row;
  for (const line of at("rows").querySelectorAll("tbody tr")) {
    line.setAttribute("aria-selected", row !== null && Number(line.dataset.row) === row.i);
  }
  if (!row) return;
  const {table} = state, pairs = [], ends = new Set(table.columns.flatMap((column) => [column.low, column.high]));
  for (const column of table.columns) {
    if (row[column.key] === null || ends.has(column.name)) continue;
    const low = table.named(column.low), range = low ? interval(row, low, table.named(column.high)) : "";
    const value = [shown(row[column.key]), column.unit, range && `(${range})`].filter(Boolean).join(" ");
    pairs.push(element("dt", {textContent: column.words, title: column.meaning}), element("dd", {textContent: value}));
  }
  at("values").replaceChildren(...pairs);
  const command = table.commands.texts[table.commands.of[row.i]];
  const untold = "The folder does not tell which command made this row.";
  const told = command ? origin(command) : [element("p", {className: "soft", textContent: untold})];
  at("origin").replaceChildren(...told);
  if (focus) at("details-title").focus();
}

function origin(command) {
  const copy = element("button", {type: "button", textContent: "Copy",
    onclick: () => navigator.clipboard?.writeText(command)});
  const parts = [element("div", {className: "row"}, element("h3", {textContent: "Command line"}), copy),
                 element("pre", {className: "command", textContent: command})];
  if (page.scenario) {
    const save = element("button", {type: "button", id: "save-scenario", textContent: `Save ${page.scenario.file}`,
      onclick: () => offer(page.scenario.text, page.scenario.file, "application/json")});
    const about = "It runs the scenario below, which has every default filled in; save it first.";
    const whole = element("details", {}, element("summary", {textContent: "Scenario"}),
                          element("pre", {className: "scenario", textContent: page.scenario.text}));
    parts.push(element("p", {className: "soft", textContent: about}), save, whole);
  }
  return parts;
}

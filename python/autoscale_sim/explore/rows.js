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
  at("values").replaceChildren(...valuesOf(state.table, row));
  at("origin").replaceChildren(...originOf(state.table, row));
  if (focus) at("details-title").focus();
}

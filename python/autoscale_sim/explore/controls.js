// What is chosen: table, columns, filters.

let state, picked = null;

function start(table) {
  const pick = (name) => table.named(name) ?? null;
  const hidden = new Map(Object.entries(table.hidden).map(([name, values]) => [pick(name).key, new Set(values)]));
  state = {table, host: at("chart"), x: pick(table.first.x), y: pick(table.first.y), colour: pick(table.first.colour),
           facet: pick(table.first.facet), log: false, hidden, from: null, to: null,
           sort: null, all: false, rows: ROWS_A_TIME};
  at("log").checked = at("all-columns").checked = false;
  const measures = table.columns.filter((column) => column.role === "measure");
  const dimensions = table.columns.filter(varies);
  options("y", measures, state.y);
  options("x", [...dimensions, ...measures], state.x, "nothing");
  options("colour", [...dimensions, ...measures], state.colour, "nothing");
  options("facet", dimensions.filter((column) => column.values.length <= MOST_PANELS), state.facet, "nothing");
  filters(dimensions.filter((column) => column.values.length <= MOST_FILTER_VALUES));
  list(at("notes"), [...table.averaged, ...table.notes, "Numbers are rounded to 6 digits; the files hold them all."]);
  at("constant-part").hidden = !table.constant.length;
  at("constant").textContent = table.constant.join(", ");
  dictionary(table);
  details(null);
  update();
}

function options(id, columns, chosen, none) {
  const entries = columns.map((column) => new Option(title(column), column.key));
  if (none) entries.unshift(new Option(none, ""));
  at(id).replaceChildren(...entries);
  at(id).value = chosen?.key ?? "";
}

const list = (parent, texts) => parent.replaceChildren(...texts.map((text) => element("li", {textContent: text})));

function filters(columns) {
  at("filters").replaceChildren(...columns.map((column) => {
    const boxes = column.values.map((value) => {
      const box = element("input", {type: "checkbox", checked: !state.hidden.get(column.key)?.has(value)});
      box.addEventListener("change", () => choose(column, boxes));
      return {box, value};
    });
    const set = (checked) => element("button", {type: "button", textContent: checked ? "all" : "none", onclick: () => {
      for (const {box} of boxes) box.checked = checked;
      choose(column, boxes);
    }});
    const values = element("div", {className: "values"}, ...boxes.map(({box, value}) =>
      element("label", {className: "check"}, box, shown(value))));
    const summary = element("summary", {textContent: title(column)});
    const block = element("details", {}, summary, set(true), set(false), values);
    block.toggleAttribute("data-active", state.hidden.has(column.key));
    column.block = block;
    return block;
  }));
}

function choose(column, boxes) {
  const hidden = new Set(boxes.filter(({box}) => !box.checked).map(({value}) => value));
  if (hidden.size) state.hidden.set(column.key, hidden); else state.hidden.delete(column.key);
  column.block.toggleAttribute("data-active", hidden.size > 0);
  update();
}

function selected() {
  const {table, y, from, to, hidden} = state;
  return table.rows.filter((row) => {
    for (const [key, values] of hidden) if (values.has(row[key])) return false;
    const value = y ? row[y.key] : null;
    return (from === null || (value !== null && value >= from)) && (to === null || (value !== null && value <= to));
  });
}

async function update() {
  const rows = selected();
  const [some, all] = [rows, state.table.rows].map((those) => those.length.toLocaleString("en"));
  at("count").textContent = `${some} of ${all} rows`;
  at("range-name").textContent = state.y ? title(state.y) : "";
  at("chart-part").hidden = !state.y;
  tabulate(rows);
  if (state.y) await show(rows);
}

async function show(rows) {
  const {x, y, table} = state;
  at("chart-title").textContent = [title(y) + (x ? ` along ${title(x)}` : ""), ...only(rows)].join(", ");
  const note = (texts) => { at("chart-note").textContent = texts.join(" "); };
  note(table.averaged);
  const lost = await chart(state, rows, (row) => details(row));
  if (lost) note([...table.averaged, `Not drawn for want of a value: ${lost} of ${rows.length} rows.`]);
}

// What the filters have left of one value.
function only(rows) {
  const left = state.table.columns.filter((column) => state.hidden.has(column.key) && column.name !== "role");
  return left.map((column) => [column, distinct(rows, column.key)]).filter(([, values]) => values.length === 1)
    .map(([column, [value]]) => `${column.words}: ${shown(value)}`);
}

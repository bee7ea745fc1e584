// The charts of a page with a text of its own: an element with data-chart is the place of the chart of that name.

function mount(place, table) {
  const {first, log, reference, choices} = table, column = (name) => table.named(name) ?? null;
  const drawing = element("div", {className: "drawing"});
  const details = element("div", {className: "details", hidden: true});
  const view = {table, host: drawing, x: column(first.x), y: column(first.y), colour: column(first.colour),
                facet: column(first.facet), quiet: true};
  const chosen = new Map();
  const rows = () => table.rows.filter((row) => [...chosen].every(([key, value]) => row[key] === value));
  const pick = (row) => {
    const close = element("button", {type: "button", textContent: "Close", onclick: () => { details.hidden = true; }});
    details.replaceChildren(close, ...originOf(table, row), element("dl", {}, ...valuesOf(table, row)));
    details.hidden = false;
  };
  const show = () => chart({...view, ...(view.y.name === first.y ? {log, reference} : {})}, rows(), pick);
  const measures = table.columns.filter((one) => one.role === "measure");
  const metric = select("Metric", measures.map((one) => [title(one), one]), (one) => { view.y = one; show(); });
  const filters = choices.map(column).map((one) =>
    select(one.words, [["all", null], ...one.values.map((value) => [shown(value), value])], (value) => {
      if (value === null) chosen.delete(one.key); else chosen.set(one.key, value);
      show();
    }));
  const button = (textContent, onclick) => element("button", {type: "button", textContent, onclick});
  place.append(element("div", {className: "row"}, ...(measures.length > 1 ? [metric] : []), ...filters,
                       element("span", {className: "grow"}),
                       button("Save SVG", () => saveSvg(drawing, table.name)),
                       button("Save CSV", () => saveCsv(table, rows(), table.name))), drawing, details);
  show();
  return show;
}

function select(label, entries, change) {
  const box = element("select", {}, ...entries.map(([text], i) => new Option(text, i)));
  box.addEventListener("change", () => change(entries[box.value][1]));
  return element("label", {}, `${label} `, box);
}

const shows = [...document.querySelectorAll("[data-chart]")].map((place) =>
  mount(place, tables.find((table) => table.name === place.dataset.chart)));
onNewLook(() => { for (const show of shows) show(); });

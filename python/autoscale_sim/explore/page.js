// The page's controls, its table and the Vega-Lite specifications of its charts. vegaEmbed draws them.

const page = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const MOST_PANELS = 24, MOST_SVG_MARKS = 1500, ROWS_A_TIME = 100, MOST_FILTER_VALUES = 500;
// After Okabe and Ito, for readers who confuse colours; lighter on the dark page.
const PALETTE = {light: ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#777777", "#8E6C3A"],
                 dark: ["#56B4E9", "#E69F00", "#2BC59A", "#FF8A4C", "#E08FBF", "#8FA8FF", "#AAAAAA", "#C9A26B"]};
const CATEGORIES = PALETTE.light.length;

// ---- data ----

// Rows get keys that no name of a column can spoil: k0, k1, ...
const tables = page.tables.map((table) => {
  const columns = table.columns.map((column, i) => ({...column, key: `k${i}`}));
  const rows = table.commands.of.map((_, i) =>
    Object.fromEntries([["i", i], ...columns.map((column, c) => [column.key, table.cells[c][i]])]));
  const named = (name) => columns.find((column) => column.name === name);
  for (const column of columns) column.values = column.role === "dimension" ? distinct(rows, column.key) : [];
  return {...table, columns, rows, named};
});

function distinct(rows, key) {
  return [...new Set(rows.map((row) => row[key]))].sort(compare);
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", {numeric: true});
}

function shown(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(5))) : String(value);
}

const title = (column) => (column.unit ? `${column.words} (${column.unit})` : column.words);
const varies = (column) => column.role === "dimension" && column.values.length > 1;

// ---- state and controls ----

let state, drawn = {}, picked = null;

function start(table) {
  const pick = (name) => table.named(name) ?? null;
  const hidden = new Map(Object.entries(table.hidden).map(([name, value]) => [pick(name).key, new Set([value])]));
  state = {table, x: pick(table.first.x), y: pick(table.first.y), colour: pick(table.first.colour),
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

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
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
    const block = element("details", {}, element("summary", {textContent: title(column)}), set(true), set(false), values);
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
  at("count").textContent = `${rows.length.toLocaleString("en")} of ${state.table.rows.length.toLocaleString("en")} rows`;
  at("range-name").textContent = state.y ? title(state.y) : "";
  at("chart-part").hidden = !state.y;
  tabulate(rows);
  if (state.y) await chart(rows);
}

// ---- charts ----

function look() {
  const style = getComputedStyle(document.documentElement);
  const [text, soft, line, background] = ["--text", "--soft", "--line", "--page"].map((name) => style.getPropertyValue(name).trim());
  const axis = {labelColor: text, titleColor: text, gridColor: line, domainColor: soft, tickColor: soft, titleFontWeight: 500,
                labelLimit: 140, titleLimit: 300};
  return {background, font: "system-ui, sans-serif", axis, view: {stroke: line}, range: {category: PALETTE[style.colorScheme] ?? PALETTE.light},
          legend: {labelColor: text, titleColor: text, orient: "bottom", titleFontWeight: 500, labelLimit: 160, symbolLimit: 60},
          header: {labelColor: text, titleColor: text}, title: {color: text}, soft};
}

// Within one line of the chart every place along it must have one point; else only the points are drawn.
function series(rows) {
  const {table, x} = state;
  if (!x?.number) return null;
  const parts = table.columns.filter((column) => varies(column) && column !== x);
  const seen = new Set();
  for (const row of rows) {
    row.series = parts.map((column) => row[column.key]).join("\u0001");
    const place = `${row.series}\u0001${row[x.key]}`;
    if (seen.has(place)) return null;
    seen.add(place);
  }
  return seen.size > new Set(rows.map((row) => row.series)).size ? "series" : null;
}

function encodings() {
  const {x, y, colour, table, log} = state;
  const low = table.named(y.low), high = table.named(y.high);
  const category = colour && (!colour.number || colour.values.length > 0 && colour.values.length <= CATEGORIES);
  const columns = Math.max(1, Math.floor(at("chart").clientWidth / 170));
  const quantitative = x?.number;
  const common = {};
  if (x) {
    common.x = {field: x.key, title: title(x), type: quantitative ? "quantitative" : "nominal",
                ...(quantitative ? {scale: {zero: false, nice: false, padding: 12}}
                                 : {sort: x.values, axis: {labelAngle: x.values.length > 3 ? -35 : 0}})};
    if (!quantitative && category && colour !== x && colour.values.length <= 12) common.xOffset = {field: colour.key, type: "nominal"};
  }
  if (colour) {
    common.color = {field: colour.key, title: title(colour), type: category ? "nominal" : "quantitative",
                    ...(category ? {sort: colour.values, legend: {columns},
                                    scale: colour.values.length > CATEGORIES ? {scheme: "tableau20"} : {}}
                                 : {scale: {scheme: "viridis"}})};
  }
  const scale = log ? {type: "log"} : {zero: false, nice: true};
  const tooltip = [...table.columns.filter(varies), y].map((column) => ({field: column.key, title: title(column)}));
  if (x && !varies(x)) tooltip.push({field: x.key, title: title(x)});
  if (low) tooltip.push({field: "interval", title: "95 % interval"});
  return {common, low, high, tooltip, y: {field: y.key, title: title(y), type: "quantitative", scale}};
}

function specification(rows) {
  const {facet} = state, {common, low, high, tooltip, y} = encodings();
  for (const row of rows) if (low) row.interval = row[low.key] === null ? "–" : `${shown(row[low.key])} to ${shown(row[high.key])}`;
  const line = series(rows), layer = [];
  if (line) {
    layer.push({mark: {type: "line", strokeWidth: 1.5, opacity: 0.7}, encoding: {...common, y, detail: {field: line}}});
  }
  if (low) {
    const present = {filter: `isValid(datum.${low.key}) && isValid(datum.${high.key})`};
    layer.push({transform: [present], mark: {type: "rule", strokeWidth: 1.5},
                encoding: {...common, y: {...y, field: low.key}, y2: {field: high.key}}});
  }
  layer.push({mark: {type: "point", filled: true, size: rows.length > 500 ? 25 : 60, opacity: 0.85, cursor: "pointer"},
              encoding: {...common, y, tooltip}});
  const width = at("chart").clientWidth, {soft, ...config} = look();
  const shared = {$schema: "https://vega.github.io/schema/vega-lite/v6.json", config, data: {values: rows}};
  const panels = facet ? distinct(rows, facet.key).length : 0;
  if (!panels) return {...shared, width: width - 20, height: 340, autosize: {type: "fit", contains: "padding"}, layer};
  const across = Math.max(1, Math.min(panels, Math.floor(width / 300)));
  return {...shared, columns: across, facet: {field: facet.key, title: title(facet), type: "nominal", sort: facet.values},
          spec: {width: Math.max(160, Math.floor(width / across) - (across > 1 ? 45 : 90)), height: 240, layer}};
}

async function draw(id, spec, marks) {
  const turn = drawn[id]?.turn + 1 || 1;  // a later change overtakes an earlier one
  drawn[id]?.view?.finalize();
  drawn[id] = {turn};
  const {view} = await vegaEmbed(at(id), spec, {actions: false, renderer: marks > MOST_SVG_MARKS ? "canvas" : "svg"});
  if (drawn[id].turn === turn) drawn[id].view = view;
  at(id).dataset.drawn = turn;
  return view;
}

async function chart(rows) {
  const {x, y, facet, log, table} = state;
  const usable = rows.filter((row) => row[y.key] !== null && (!x || row[x.key] !== null) && (!log || row[y.key] > 0));
  at("chart-title").textContent = title(y) + (x ? ` along ${title(x)}` : "");
  const lost = rows.length - usable.length;
  at("chart-note").textContent = [...table.averaged, lost ? `${lost} rows have no value here and are not drawn.` : ""].join(" ").trim();
  if (log) for (const row of usable) for (const end of [y.low, y.high]) {
    if (end && row[table.named(end).key] <= 0) row[table.named(end).key] = null;
  }
  const view = await draw("chart", specification(usable), usable.length);
  view.addEventListener("click", (_, item) => { if (item?.datum?.i !== undefined) details(table.rows[item.datum.i]); });
}

// ---- table ----

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
  const corner = element("th", {scope: "col"}, element("span", {className: "soft", textContent: ""}));
  at("rows").replaceChildren(element("thead", {}, element("tr", {}, corner, ...heads)), element("tbody", {}, ...body));
  at("more").hidden = rows.length <= state.rows;
}

function sortBy(column) {
  const again = state.sort?.key === column.key;
  state.sort = {key: column.key, down: again ? !state.sort.down : false};
  tabulate(selected());
  [...at("rows").querySelectorAll("th")].find((head) => head.dataset.column === column.name)?.querySelector("button").focus();
}

function dictionary(table) {
  const line = (cell, texts) => element("tr", {}, ...texts.map((text, i) =>
    element(cell, {textContent: text, className: i === 2 ? "long" : ""})));
  at("dictionary").replaceChildren(element("thead", {}, line("th", ["column", "unit", "meaning"])),
    element("tbody", {}, ...table.columns.map((column) => line("td", [column.name, column.unit, column.meaning]))));
}

// ---- details of a row ----

function details(row, focus = false) {
  picked = row;
  at("details").hidden = !row;
  for (const line of at("rows").querySelectorAll("tbody tr")) {
    line.setAttribute("aria-selected", row !== null && Number(line.dataset.row) === row.i);
  }
  if (!row) return;
  const {table} = state, pairs = [];
  for (const column of table.columns) {
    if (row[column.key] === null || (column.role === "beside" && table.columns.some((other) => [other.low, other.high].includes(column.name)))) continue;
    const low = table.named(column.low), high = table.named(column.high);
    const interval = low && row[low.key] !== null ? ` (${shown(row[low.key])} to ${shown(row[high.key])})` : "";
    pairs.push(element("dt", {textContent: column.words, title: column.meaning}),
               element("dd", {textContent: `${shown(row[column.key])}${column.unit ? ` ${column.unit}` : ""}${interval}`}));
  }
  at("values").replaceChildren(...pairs);
  const command = table.commands.texts[table.commands.of[row.i]];
  at("origin").replaceChildren(...(command ? origin(command) : [element("p", {className: "soft", textContent:
    "The folder does not tell which command made this row."})]));
  if (focus) at("details-title").focus();
}

function origin(command) {
  const copy = element("button", {type: "button", textContent: "Copy", onclick: () => navigator.clipboard?.writeText(command)});
  const parts = [element("div", {className: "row"}, element("h3", {textContent: "Command line"}), copy),
                 element("pre", {className: "command", textContent: command})];
  if (page.scenario) {
    const save = element("button", {type: "button", id: "save-scenario", textContent: `Save ${page.scenario.file}`,
      onclick: () => offer(page.scenario.text, page.scenario.file, "application/json")});
    parts.push(element("p", {className: "soft", textContent: "It runs the scenario below, which has every default filled in; save it first."}),
               save, element("details", {}, element("summary", {textContent: "Scenario"}),
                             element("pre", {className: "scenario", textContent: page.scenario.text})));
  }
  return parts;
}

// ---- timeline ----

const columnar = (columns) => {
  const names = Object.keys(columns);
  return (columns[names[0]] ?? []).map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
};

function startTimeline() {
  if (!page.timeline.length) return;
  at("timeline-part").hidden = false;
  at("run").replaceChildren(...page.timeline.map((run, i) => new Option(run.name, i)));
  at("run").addEventListener("change", startRun);
  for (const id of ["phone", "begin", "end"]) at(id).addEventListener("change", timeline);
  startRun();
}

function startRun() {
  const run = page.timeline[at("run").value];
  run.rows ??= columnar(run.requests);
  run.lines ??= columnar(run.counters);
  const phones = run.requests.phone ? [...new Set(run.requests.phone)].sort((a, b) => a - b) : [];
  at("phone").replaceChildren(new Option("all", ""), ...phones.map((phone) => new Option(phone, phone)));
  at("begin").value = at("end").value = "";
  at("timeline-note").textContent = run.note;
  timeline();
}

function timeline() {
  const run = page.timeline[at("run").value], phone = at("phone").value;
  const begin = Number(at("begin").value || 0), end = at("end").value === "" ? Infinity : Number(at("end").value);
  const within = (row) => row.time_s >= begin && row.time_s <= end;
  const rows = run.rows.filter((row) => within(row) && (phone === "" || row.phone === Number(phone)));
  const lines = run.lines.filter((row) => within(row) && (phone === "" || row.series.startsWith(`phone ${phone} `)));
  return draw("timeline", timelineSpecification(rows, lines), rows.length + lines.length);
}

function timelineSpecification(rows, lines) {
  const width = Math.max(160, at("timeline").clientWidth - 90), {soft, ...config} = look();
  const legend = {columns: Math.max(1, Math.floor(width / 170))};
  const time = (more) => ({field: "time_s", type: "quantitative", title: "time (s)", ...more});
  const zoomed = time({scale: {domain: {param: "window"}, nice: false}});
  const fields = [["time_s", "time (s)"], ["phone", "phone"], ["dnn", "DNN"], ["target", "executed on"], ["latency_ms", "latency (ms)"],
    ["energy_mj", "energy (mJ)"], ["in_time", "in time (share)"], ["requests", "requests"], ["stages", "stages (ms)"]];
  const tooltip = fields.filter(([field]) => rows[0] && field in rows[0]).map(([field, name]) => ({field, title: name}));
  const measure = (field, name, more = {}) => ({width, height: 150, data: {values: rows},
    mark: {type: "point", filled: true, size: 30, opacity: 0.8, clip: true},
    encoding: {x: zoomed, y: {field, type: "quantitative", title: name}, tooltip,
               color: {field: "target", type: "nominal", title: "executed on", legend}}, ...more});
  const panels = [...new Set(lines.map((line) => line.panel))].map((panel) => ({width, height: 90,
    data: {values: lines.filter((line) => line.panel === panel)}, mark: {type: "line", interpolate: "step-after", clip: true},
    encoding: {x: zoomed, y: {field: "value", type: "quantitative", title: panel, scale: {zero: false}},
               color: {field: "series", type: "nominal", title: panel, legend}}}));
  const overview = {width, height: 45, data: {values: rows}, mark: {type: "tick", opacity: 0.4, color: soft},
    title: {text: "Drag here to look closer", fontSize: 11, fontWeight: "normal", anchor: "start"},
    params: [{name: "window", select: {type: "interval", encodings: ["x"]}}], encoding: {x: time({scale: {nice: false}})}};
  return {$schema: "https://vega.github.io/schema/vega-lite/v6.json", config,
          vconcat: [overview, measure("latency_ms", "latency (ms)"), measure("energy_mj", "energy (mJ)"), ...panels],
          resolve: {scale: {color: "independent"}}};
}

// ---- files ----

function offer(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], {type}));
  const link = element("a", {href: url, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const base = () => state.table.name.replace(/\.csv$/, "");

async function saveSvg(id, name) {
  offer(await drawn[id].view.toSVG(), `${name}.svg`, "image/svg+xml");
}

function saveCsv() {
  const {columns} = state.table;
  const quoted = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map((column) => column.name), ...sorted(selected()).map((row) => columns.map((column) => row[column.key]))];
  offer(lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n", `${base()}.csv`, "text/csv");
}

// ---- begin ----

function redraw() {
  if (state.y) chart(selected());
  if (page.timeline.length) timeline();
}

function changeTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  redraw();
}

function listen() {
  const chosen = (id) => state.table.columns.find((column) => column.key === at(id).value) ?? null;
  for (const id of ["x", "y", "colour", "facet"]) at(id).addEventListener("change", () => { state[id] = chosen(id); update(); });
  for (const id of ["from", "to"]) at(id).addEventListener("input", () => {
    state[id] = at(id).value === "" ? null : Number(at(id).value);
    update();
  });
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("table").addEventListener("change", () => { clearRange(); start(tables[at("table").value]); });
  at("log").addEventListener("change", () => { state.log = at("log").checked; update(); });
  at("all-columns").addEventListener("change", () => { state.all = at("all-columns").checked; tabulate(selected()); });
  at("more").addEventListener("click", () => { state.rows += ROWS_A_TIME; tabulate(selected()); });
  at("reset").addEventListener("click", clearFilters);
  at("close").addEventListener("click", () => details(null));
  at("svg").addEventListener("click", () => saveSvg("chart", base()));
  at("csv").addEventListener("click", saveCsv);
  at("timeline-svg").addEventListener("click", () => saveSvg("timeline", "timeline"));
  at("theme").addEventListener("click", changeTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let waiting, before = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === before) return;
    before = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });
}

function clearRange() {
  at("from").value = at("to").value = "";
  Object.assign(state, {from: null, to: null});
}

function clearFilters() {
  clearRange();
  state.hidden.clear();
  filters(state.table.columns.filter((column) => varies(column) && column.values.length <= MOST_FILTER_VALUES));
  update();
}

at("name").textContent = page.name;
at("facts").textContent = page.facts.join(" · ");
at("table").replaceChildren(...tables.map((table, i) => new Option(table.name, i)));
listen();
start(tables[0]);
startTimeline();

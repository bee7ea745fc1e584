// Files to save, and what begins when the page opens.

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
  const rows = sorted(selected()).map((row) => columns.map((column) => row[column.key]));
  const lines = [columns.map((column) => column.name), ...rows];
  offer(lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n", `${base()}.csv`, "text/csv");
}

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
  for (const id of ["x", "y", "colour", "facet"]) at(id).addEventListener("change", () => {
    state[id] = chosen(id);
    update();
  });
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

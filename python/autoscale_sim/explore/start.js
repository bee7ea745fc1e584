// What begins when the page opens.

const base = () => state.table.name.replace(/\.csv$/, "");

function redraw() {
  if (state.y) show(selected());
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
  at("svg").addEventListener("click", () => saveSvg(at("chart"), base()));
  at("csv").addEventListener("click", () => saveCsv(state.table, sorted(selected()), base()));
  at("timeline-svg").addEventListener("click", () => saveSvg(at("timeline"), "timeline"));
  at("theme").addEventListener("click", changeTheme);
  onNewLook(redraw);
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

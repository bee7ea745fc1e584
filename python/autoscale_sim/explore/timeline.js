// The timeline of a run.

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
  return draw(at("timeline"), timelineSpecification(rows, lines), rows.length + lines.length);
}

function timelineSpecification(rows, lines) {
  const width = Math.max(160, at("timeline").clientWidth - 90), {soft, ...config} = look();
  const legend = {columns: Math.max(1, Math.floor(width / 170))};
  const time = (more) => ({field: "time_s", type: "quantitative", title: "time (s)", ...more});
  const zoomed = time({scale: {domain: {param: "window"}, nice: false}});
  const fields = [["time_s", "time (s)"], ["phone", "phone"], ["dnn", "DNN"], ["target", "executed on"],
    ["latency_ms", "latency (ms)"], ["energy_mj", "energy (mJ)"], ["in_time", "in time (share)"],
    ["requests", "requests"], ["stages", "stages (ms)"]];
  const there = rows[0] ?? {};
  const tooltip = fields.filter(([field]) => field in there).map(([field, name]) => ({field, title: name}));
  const measure = (field, name, legend) => ({width, height: 150, data: {values: rows},
    mark: {type: "point", filled: true, size: 30, opacity: 0.8, clip: true},
    encoding: {x: zoomed, y: {field, type: "quantitative", title: name}, tooltip,
               color: {field: "target", type: "nominal", title: "executed on", legend}}});
  const panels = [...new Set(lines.map((line) => line.panel))].map((panel) => ({width, height: 90,
    data: {values: lines.filter((line) => line.panel === panel)},
    mark: {type: "line", interpolate: "step-after", clip: true},
    encoding: {x: zoomed, y: {field: "value", type: "quantitative", title: panel, scale: {zero: false}},
               color: {field: "series", type: "nominal", title: panel, legend}}}));
  const overview = {width, height: 45, data: {values: rows}, mark: {type: "tick", opacity: 0.4, color: soft},
    title: {text: "Drag here to look closer", fontSize: 11, fontWeight: "normal", anchor: "start"},
    params: [{name: "window", select: {type: "interval", encodings: ["x"]}}],
    encoding: {x: time({scale: {nice: false}})}};
  return {$schema: "https://vega.github.io/schema/vega-lite/v6.json", config,
          vconcat: [overview, measure("latency_ms", "latency (ms)", null),
                    measure("energy_mj", "energy (mJ)", legend), ...panels],
          resolve: {scale: {color: "independent"}}};
}

// The specification of the chart; Vega-Embed draws it.

function look() {
  const style = getComputedStyle(document.documentElement);
  const [text, soft, line, background] = ["--text", "--soft", "--line", "--page"].map(
    (name) => style.getPropertyValue(name).trim());
  const axis = {labelColor: text, titleColor: text, gridColor: line, domainColor: soft, tickColor: soft,
                titleFontWeight: 500, labelLimit: 140, titleLimit: 300};
  return {background, font: "system-ui, sans-serif", axis, view: {stroke: line},
          range: {category: PALETTE[style.colorScheme] ?? PALETTE.light},
          legend: {labelColor: text, titleColor: text, orient: "bottom", titleFontWeight: 500, labelLimit: 160,
                   symbolLimit: 60},
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
  const angle = x?.values.length > 12 ? -90 : x?.values.length > 3 ? -35 : 0;
  const common = {};
  if (x) {
    common.x = {field: x.key, title: title(x), type: quantitative ? "quantitative" : "nominal",
                ...(quantitative ? {scale: {zero: false, nice: false, padding: 12}}
                                 : {sort: x.values, axis: {labelAngle: angle}})};
    if (!quantitative && category && colour !== x && colour.values.length <= 12) {
      common.xOffset = {field: colour.key, type: "nominal"};
    }
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

function interval(row, low, high) {
  return row[low.key] === null ? "" : `${shown(row[low.key])} to ${shown(row[high.key])}`;
}

function specification(rows) {
  const {facet, log} = state, {common, low, high, tooltip, y} = encodings();
  for (const row of rows) if (low) row.interval = interval(row, low, high) || "–";
  const line = series(rows), layer = [];
  if (line) {
    layer.push({mark: {type: "line", strokeWidth: 1.5, opacity: 0.7}, encoding: {...common, y, detail: {field: line}}});
  }
  if (low) {
    // On a logarithmic axis an interval that reaches zero cannot be drawn.
    const least = log ? ` && datum.${low.key} > 0` : "";
    const present = {filter: `isValid(datum.${low.key}) && isValid(datum.${high.key})${least}`};
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
  // Of names along the axis each panel has its own.
  const resolve = state.x && !state.x.number ? {resolve: {scale: {x: "independent", xOffset: "independent"}}} : {};
  return {...shared, ...resolve, columns: across, facet: {field: facet.key, title: title(facet), type: "nominal",
          sort: facet.values},
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
  const told = lost ? [`${lost} rows have no value here and are not drawn.`] : [];
  at("chart-note").textContent = [...table.averaged, ...told].join(" ");
  const view = await draw("chart", specification(usable), usable.length);
  view.addEventListener("click", (_, item) => { if (item?.datum?.i !== undefined) details(table.rows[item.datum.i]); });
}

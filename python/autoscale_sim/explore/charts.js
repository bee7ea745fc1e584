// The chart of a view: {table, x, y, colour, facet, log, reference, host}: columns of the table, a value of y to draw a
// line at, and the element that the chart is in. Vega-Embed draws it.

const drawn = new Map();  // element -> what is drawn in it

function look() {
  const style = getComputedStyle(document.documentElement);
  const [text, soft, line, background] = ["--text", "--soft", "--line", "--page"].map(
    (name) => style.getPropertyValue(name).trim());
  const axis = {labelColor: text, titleColor: text, gridColor: line, domainColor: soft, tickColor: soft,
                titleFontWeight: 500, labelLimit: 190, labelSeparation: 6, titleLimit: 300};
  const palette = PALETTE[style.colorScheme] ?? PALETTE.light;
  return {background, font: "system-ui, sans-serif", axis, view: {stroke: line}, mark: {color: palette[0]},
          range: {category: palette},
          legend: {labelColor: text, titleColor: text, orient: "bottom", titleFontWeight: 500, symbolLimit: 60},
          header: {labelColor: text, titleColor: text, titleFontWeight: 500}, title: {color: text}, soft};
}

// Within one line of the chart every place along it must have one point; else only the points are drawn.
function series({table, x}, rows) {
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

const isCategory = (column) => !column.number || (column.values.length > 0 && column.values.length <= CATEGORIES);

// For every value of a column one of the given things: values that are known have their place, the others what is left.
function placed({values, hues: known}, things) {
  const left = things.filter((_, i) => !values.some((value) => known[value] === i));
  return values.map((value) => things[known[value]] ?? left.shift());
}

// A value has its colour and its shape whatever the filters leave; the legend shows what they leave.
function colours(colour, rows, width) {
  const by = (more) => ({field: colour.key, title: title(colour), ...more});
  if (!isCategory(colour)) return {color: by({type: "quantitative", scale: {scheme: "viridis"}})};
  const present = new Set(rows.map((row) => row[colour.key])), values = colour.values.filter((one) => present.has(one));
  const longest = Math.max(0, ...values.map((value) => shown(value).length)), room = Math.min(250, 50 + 7 * longest);
  const legend = {columns: Math.max(1, Math.floor(width / room)), symbolOpacity: 1, labelLimit: 200, values};
  const scale = (more) => ({type: "nominal", legend, scale: {domain: colour.values, ...more}});
  if (colour.values.length > CATEGORIES) return {color: by(scale({scheme: "tableau20"}))};
  return {color: by(scale({range: placed(colour, look().range.category)})),
          shape: by(scale({range: placed(colour, SHAPES)}))};
}

function along(view) {
  const {x, colour} = view;
  if (!x) return {};
  if (x.number) {
    return {x: {field: x.key, title: title(x), type: "quantitative", scale: {zero: false, nice: false, padding: 12}}};
  }
  const longest = Math.max(...x.values.map((value) => shown(value).length)) * x.values.length;
  const labelAngle = longest * 7 < view.across ? 0 : x.values.length > 12 ? -90 : -35;
  const side = colour && isCategory(colour) && colour !== x && colour.values.length <= 12;
  return {x: {field: x.key, title: title(x), type: "nominal", sort: x.values, axis: {labelAngle}},
          ...(side ? {xOffset: {field: colour.key, type: "nominal", sort: colour.values}} : {})};
}

function tooltips({table, x, y}, low) {
  const tooltip = [...table.columns.filter(varies), y].map((column) => ({field: column.key, title: title(column)}));
  if (x && !varies(x) && x !== y) tooltip.push({field: x.key, title: title(x)});
  if (low) tooltip.push({field: "interval", title: "95 % interval"});
  return tooltip;
}

// On a logarithmic axis only the labelled lines of the grid.
const MAJOR = {gridOpacity: {condition: {test: "datum.label === ''", value: 0}, value: 1}};

// Numbers with many zeros are written with powers of ten.
function format(rows, y) {
  const largest = rows.reduce((most, row) => Math.max(most, Math.abs(row[y.key] ?? 0)), 0);
  return largest >= 1e7 || (largest > 0 && largest < 1e-3) ? {format: ".3~g"} : {};
}

function layers(view, rows) {
  const {table, y, colour, log} = view, low = table.named(y.low), high = table.named(y.high);
  const {shape, ...hues} = colour ? colours(colour, rows, view.host.clientWidth) : {};
  const common = {...along(view), ...hues}, line = series(view, rows), layer = [];
  // A value that is clicked in the legend stands out.
  const clicked = colour && isCategory(colour);
  const params = clicked ? {params: [{name: "clicked", select: {type: "point", fields: [colour.key]}, bind: "legend"}]}
                         : {};
  const opacity = (full) => clicked ? {opacity: {condition: {param: "clicked", value: full}, value: 0.07}}
                                    : {opacity: {value: full}};
  const scale = log ? {type: "log", nice: false} : {zero: distinct(rows, y.key).length < 2, nice: true};
  const ordinate = {field: y.key, title: title(y), type: "quantitative", scale: {padding: 6, ...scale},
                    axis: {titleLimit: view.height, ...(log ? MAJOR : {}), ...format(rows, y)}};
  if (view.reference !== null && view.reference !== undefined) {
    layer.push({data: {values: [{}]}, mark: {type: "rule", strokeDash: [4, 3], color: look().soft},
                encoding: {y: {datum: view.reference}}});
  }
  if (line) {
    layer.push({mark: {type: "line", strokeWidth: 1.5},
                encoding: {...common, ...opacity(0.7), y: ordinate, detail: {field: line}}});
  }
  if (low) {
    // On a logarithmic axis an interval that reaches zero cannot be drawn.
    const whole = (row) => row[low.key] !== null && row[high.key] !== null && (!log || row[low.key] > 0);
    for (const row of rows) Object.assign(row, {interval: interval(row, low, high) || "–", whole: whole(row)});
    if (rows.some(whole)) {
      layer.push({transform: [{filter: "datum.whole"}], mark: {type: "rule", strokeWidth: 1.5},
                  encoding: {...common, ...opacity(1), y: {...ordinate, field: low.key}, y2: {field: high.key}}});
    }
  }
  layer.push({...params, mark: {type: "point", filled: true, size: rows.length > 200 ? 30 : 60, cursor: "pointer"},
              encoding: {...common, ...(shape ? {shape} : {}), ...opacity(0.85), y: ordinate,
                         tooltip: tooltips(view, low)}});
  return layer;
}

function specification(view, rows) {
  const {x, facet, host} = view, width = host.clientWidth, {soft, ...config} = look();
  const shared = {$schema: "https://vega.github.io/schema/vega-lite/v6.json", config, data: {values: rows}};
  const panels = facet ? distinct(rows, facet.key).length : 0;
  if (!panels) {
    const height = 280, layer = layers({...view, across: width - 80, height}, rows);
    return {...shared, width: width - 20, height, autosize: {type: "fit-x", contains: "padding"}, layer};
  }
  const lines = Math.ceil(panels / Math.max(1, Math.floor(width / 280))), columns = Math.ceil(panels / lines);
  const across = Math.max(160, Math.floor(width / columns) - (columns > 1 ? 45 : 90)), height = lines > 2 ? 180 : 240;
  // Of names along the axis each panel has its own, unless all have the same; far from the last line each has its axis.
  const own = x && !x.number && !everywhere(rows, x, facet);
  const resolve = own ? {scale: {x: "independent", xOffset: "independent"}}
                      : lines > 2 ? {axis: {x: "independent"}} : {};
  const header = view.quiet ? {header: {title: null}} : {};
  return {...shared, resolve, columns,
          facet: {field: facet.key, title: title(facet), type: "nominal", sort: facet.values, ...header},
          spec: {width: across, height, layer: layers({...view, across, height}, rows)}};
}

function everywhere(rows, x, facet) {
  const places = new Set(rows.map((row) => `${row[x.key]}\u0001${row[facet.key]}`));
  return places.size === distinct(rows, x.key).length * distinct(rows, facet.key).length;
}

async function draw(host, spec, marks) {
  const turn = (drawn.get(host)?.turn ?? 0) + 1;  // a later change overtakes an earlier one
  drawn.get(host)?.view?.finalize();
  drawn.set(host, {turn});
  const {view} = await vegaEmbed(host, spec, {actions: false, renderer: marks > MOST_SVG_MARKS ? "canvas" : "svg"});
  if (drawn.get(host).turn === turn) drawn.get(host).view = view;
  host.dataset.drawn = turn;
  return view;
}

// Draws the rows that have values; `pick` is told of a row that is clicked. How many have none.
async function chart(view, rows, pick) {
  const {x, y, log, table, host} = view;
  const usable = rows.filter((row) => row[y.key] !== null && (!x || row[x.key] !== null) && (!log || row[y.key] > 0));
  const drawing = await draw(host, specification(view, usable), usable.length);
  drawing.addEventListener("click", (_, item) => {
    if (item?.datum?.i !== undefined) pick(table.rows[item.datum.i]);
  });
  return rows.length - usable.length;
}

// Colours or the room have changed.
function onNewLook(redraw) {
  let waiting, before = innerWidth;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("resize", () => {
    if (innerWidth === before) return;
    before = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });
}

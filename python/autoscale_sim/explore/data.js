// The data of the page, and small things that the others use. page.py joins these files into one script.

const at = (id) => document.getElementById(id);
const page = JSON.parse(at("data").textContent);
const MOST_PANELS = 24, MOST_SVG_MARKS = 1500, ROWS_A_TIME = 100, MOST_FILTER_VALUES = 500;
// After Okabe and Ito, for readers who confuse colours; lighter on the dark page.
const PALETTE = {light: ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#777777", "#8E6C3A"],
                 dark: ["#4A9EEA", "#E69F00", "#2BC59A", "#FF8A4C", "#E08FBF", "#B8E2FF", "#AAAAAA", "#C9A26B"]};
const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right",
                "triangle-left"];
const CATEGORIES = PALETTE.light.length;

// Rows get keys that no name of a column can spoil: k0, k1, ...
const tables = page.tables.map((table) => {
  const columns = table.columns.map((column, i) => ({...column, key: `k${i}`}));
  const rows = table.commands.of.map((_, i) =>
    Object.fromEntries([["i", i], ...columns.map((column, c) => [column.key, table.cells[c][i]])]));
  const named = (name) => columns.find((column) => column.name === name);
  for (const column of columns) {
    const values = column.role === "dimension" || column.order.length ? distinct(rows, column.key) : [];
    const [known, others] = [true, false].map((one) => values.filter((value) => column.order.includes(value) === one));
    column.values = [...column.order.filter((value) => known.includes(value)), ...others];
  }
  return {...table, columns, rows, named};
});

function distinct(rows, key) {
  return [...new Set(rows.map((row) => row[key]))].sort(compare);
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", {numeric: true});
}

function shown(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(5))) : String(value);
}

const title = (column) => (column.unit ? `${column.words} (${column.unit})` : column.words);
const varies = (column) => column.role === "dimension" && column.values.length > 1;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function interval(row, low, high) {
  return row[low.key] === null ? "" : `${shown(row[low.key])} to ${shown(row[high.key])}`;
}

// Files to save.

function offer(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], {type}));
  const link = element("a", {href: url, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

async function saveSvg(host, name) {
  offer(await drawn.get(host).view.toSVG(), `${name}.svg`, "image/svg+xml");
}

function saveCsv({columns}, rows, name) {
  const quoted = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map((column) => column.name), ...rows.map((row) => columns.map((column) => row[column.key]))];
  offer(lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n", `${name}.csv`, "text/csv");
}

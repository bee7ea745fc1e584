// The values of a row, and where it comes from.

function valuesOf(table, row) {
  const pairs = [], ends = new Set(table.columns.flatMap((column) => [column.low, column.high]));
  for (const column of table.columns) {
    if (row[column.key] === null || ends.has(column.name)) continue;
    const low = table.named(column.low), range = low ? interval(row, low, table.named(column.high)) : "";
    const value = [shown(row[column.key]), column.unit, range && `(${range})`].filter(Boolean).join(" ");
    pairs.push(element("dt", {textContent: column.words, title: column.meaning}), element("dd", {textContent: value}));
  }
  return pairs;
}

function originOf(table, row) {
  const command = table.commands.texts[table.commands.of[row.i]], soft = {className: "soft"};
  if (!command) return [element("p", {...soft, textContent: "The folder does not tell which command made this row."})];
  const text = element("pre", {className: "command", textContent: command});
  const copy = element("button", {type: "button", textContent: "Copy", onclick: () => {
    getSelection().selectAllChildren(text);  // to be copied by hand where the browser forbids it
    navigator.clipboard?.writeText(command).then(() => { copy.textContent = "Copied"; }, () => {});
  }});
  return [element("div", {className: "row"}, element("h3", {textContent: "Command line"}), copy), text,
          element("p", {...soft, textContent: page.about}), ...scenarioOf(table, row)];
}

function scenarioOf(table, row) {
  const name = row[table.named("scenario")?.key];
  const scenario = page.scenarios.find((one) => one.name === name) ?? page.scenarios[0];
  if (!scenario) return [];
  const save = element("button", {type: "button", className: "save-scenario", textContent: `Save ${scenario.file}`,
    onclick: () => offer(scenario.text, scenario.file, "application/json")});
  const whole = element("details", {}, element("summary", {textContent: `Scenario ${scenario.name}`}),
                        element("pre", {className: "scenario", textContent: scenario.text}));
  return [save, whole];
}

// A table of live aircraft. The kernel sorts and formats; here its texts become cells, as text and never as HTML.
// `content` is one value: a new view, a second browser or a reload draws what the model holds.

function cell(row, index, tag) {
  while (row.cells.length <= index) row.append(document.createElement(tag));
  return row.cells[index];
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text; // what is marked with the mouse stays marked
}

function drawHead(row, columns, ask) {
  columns.forEach((column, index) => {
    const th = cell(row, index, "th");
    if (!th.firstChild) {
      const button = document.createElement("button");
      button.append(document.createElement("span"), document.createElement("small"), document.createElement("i"));
      button.addEventListener("click", () => ask(index));
      th.append(button);
    }
    const [name, unit, arrow] = th.firstChild.children;
    write(name, column.name);
    write(unit, column.unit);
    write(arrow, { ascending: "▲", descending: "▼" }[column.sorted] ?? "");
    th.ariaSort = column.sorted;
    th.className = column.side;
    th.firstChild.title = `sort by ${column.name}`;
  });
  while (row.cells.length > columns.length) row.lastChild.remove();
}

function drawBody(body, { columns, rows, stale, alarm }) {
  rows.forEach((texts, number) => {
    const row = body.rows[number] ?? body.insertRow();
    row.className = alarm[number] ? "alarm" : stale[number] ? "stale" : "";
    texts.forEach((text, index) => {
      const td = cell(row, index, "td");
      write(td, text);
      td.className = columns[index].side;
    });
    while (row.cells.length > texts.length) row.lastChild.remove();
  });
  while (body.rows.length > rows.length) body.deleteRow(-1);
}

function render({ model, el, signal }) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const words = document.createElement("div");
  el.classList.add("flight-table");
  el.append(table, words);
  const ask = (index) => model.send({ sort: model.get("content").columns[index].name });
  const draw = () => {
    const content = model.get("content");
    drawHead(head, content.columns, ask);
    drawBody(body, content);
    write(words, content.words);
  };
  model.on("change:content", draw);
  signal?.addEventListener("abort", () => model.off("change:content", draw));
  draw();
  return () => model.off("change:content", draw);
}

export default { render };

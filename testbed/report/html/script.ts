/** Only for comfort: rows are filtered and pictures enlarged; all is there without it. */
export const script = `
for (const table of document.querySelectorAll('table.filtered')) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 6) continue;
  const tools = document.createElement('div');
  tools.className = 'tools';
  const label = document.createElement('label');
  label.append('Show rows with ');
  const input = document.createElement('input');
  input.type = 'search';
  label.append(input);
  const count = document.createElement('span');
  count.setAttribute('role', 'status');
  tools.append(label, count);
  table.parentElement.before(tools);
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    count.textContent = words.length ? shown + ' of ' + rows.length : '';
  });
}
for (const figure of document.querySelectorAll('figure')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'larger';
  button.setAttribute('aria-pressed', 'false');
  button.setAttribute('aria-label', 'larger: ' + figure.querySelector('figcaption').textContent);
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(figure.classList.toggle('wide')));
  });
  figure.querySelector('figcaption').append(' ', button);
}
`;

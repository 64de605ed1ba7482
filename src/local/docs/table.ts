/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map(line).join("");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** The text with `rows` between the markers of that name; throws if it has no such place. */
export function fillPlace(text: string, name: string, rows: string): string {
  const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!place.test(text)) throw new Error(`expected a place "<!-- ${name} -->" to fill`);
  return text.replace(place, (_, begin: string, end: string) => `${begin}\n${rows}\n${end}`);
}

/** What the start of a JSON text says, its last part cut; `undefined` where it says nothing. */
export function parseStart(start: string): unknown {
  for (let length = start.length; length > 0; length -= 1) {
    const text = start.slice(0, length);
    try {
      return JSON.parse(text + closingOf(text));
    } catch {
      // It ends within a name, a number or a word, or before a value: what stands before counts.
    }
  }
  return undefined;
}

/** A text from its quote to the next one, or to the end; or a bracket. */
const part = /"(?:[^"\\]|\\.)*("?)|[{}[\]]/gs;

/** What closes all that is open where a JSON text breaks off. */
function closingOf(text: string): string {
  const closing: string[] = [];
  for (const [found, quote] of text.matchAll(part)) {
    if (found === "{") closing.unshift("}");
    else if (found === "[") closing.unshift("]");
    else if (found.startsWith('"')) {
      if (quote === "") closing.unshift('"');
    } else closing.shift();
  }
  return closing.join("");
}

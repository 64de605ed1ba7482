/** What programs are told in a phrase, as a sentence for people. */
export function asSentence(phrase: string): string {
  const [first = "", ...rest] = phrase;
  const begun = first.toUpperCase() + rest.join("");
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

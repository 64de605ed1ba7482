import { STATUS_CODES } from "node:http";

/** Those of RFC 9110 that Node.js still calls by an older name. */
const today: Readonly<Record<number, string>> = {
  413: "Content Too Large",
  422: "Unprocessable Content",
};

/** What RFC 9110 calls a status. */
export function phraseOf(status: number): string {
  return today[status] ?? STATUS_CODES[status] ?? "Error";
}

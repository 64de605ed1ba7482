import { until } from "./until.ts";

/** Sends a file as the form of a task does, and follows no redirect. */
export async function uploadFile(
  url: string,
  file: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new FormData();
  const bytes = typeof file === "string" ? file : new Uint8Array(file);
  body.append("file", new File([bytes], "rows.csv", { type: "text/csv" }));
  return fetch(`${url}/tasks/quotient/file`, {
    method: "POST",
    body,
    redirect: "manual",
    headers: { origin: url, ...headers },
  });
}

/** The same, on a machine where something else may take the time that Redis or a request has. */
export async function uploadInTime(...sent: Parameters<typeof uploadFile>): Promise<Response> {
  return until("an answer to a file", async () => {
    const response = await uploadFile(...sent);
    return response.status !== 408 && response.status !== 503 && response;
  });
}

/** The path of the batch that was made of it; throws where none was. */
export async function keepFile(...sent: Parameters<typeof uploadFile>): Promise<string> {
  const response = await uploadInTime(...sent);
  const path = response.headers.get("location");
  if (response.status === 303 && path !== null) return path;
  throw new Error(`${response.status}: ${await response.text()}`);
}

/** Presses the button that submits what is left of it. */
export async function submitFile(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}${path}/submit`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: url, "content-type": "application/x-www-form-urlencoded", ...headers },
  });
}

/** The figures of a batch's page, by their names. */
export async function readFigures(url: string, path: string): Promise<Record<string, number>> {
  const page = await (await fetch(`${url}${path}`)).text();
  const figures = page.matchAll(/<dt>([^<]+)<\/dt>\s*<dd>([\d,]+)<\/dd>/g);
  return Object.fromEntries(
    [...figures].map(([, name = "", value = ""]) => [name, Number(value.replaceAll(",", ""))]),
  );
}

/** A file of so many divisions. */
export function writeDivisions(count: number, from = 1): string {
  const rows = Array.from({ length: count }, (_, i) => `${from + i},2,0`);
  return `x,y,delayMs\n${rows.join("\n")}\n`;
}

/** How the body of a form with a file begins, whose boundary is `b`. */
export function fileHead(name: string): string {
  return `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
}

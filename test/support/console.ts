import { boardAuthorization, type ProducerOptions, startProducer } from "./producer.ts";

/** What an operator is answered. */
export interface ConsoleAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
  /** What it says: a problem's detail, or all of its text. */
  readonly words: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface Asking {
  readonly method?: string;
  readonly as?: string;
  /** A form, as a browser sends it. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks the operators' listener as a program does, or with a form, as a browser on one of its pages. */
export async function askConsole(
  boardUrl: string,
  path: string,
  { method, as = boardAuthorization, form, json, headers = {} }: Asking = {},
): Promise<ConsoleAnswer> {
  const body = bodyOf(form, json);
  const response = await fetch(`${boardUrl}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      authorization: as,
      ...(form === undefined
        ? { accept: "application/json" }
        : { accept: "text/html", origin: boardUrl }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  const told = /^application\/(problem\+)?json$/.test(type) ? JSON.parse(text) : text;
  return {
    status: response.status,
    location: response.headers.get("location"),
    text,
    words: type === "application/problem+json" ? told.detail : text,
    body: told,
  };
}

function bodyOf(form: Asking["form"], json: Asking["json"]) {
  if (form !== undefined) return new URLSearchParams(form);
  return json === undefined ? undefined : JSON.stringify(json);
}

/** A producer on whose operators' listener somebody acts. */
export async function startConsole(options: ProducerOptions = {}) {
  const producer = await startProducer({ readOnly: false, ...options });
  return {
    ...producer,
    ask: (path: string, asking?: Asking) => askConsole(producer.boardUrl, path, asking),
    /** Looks at a page as a browser does. */
    look: async (path: string, as = boardAuthorization) =>
      (await askConsole(producer.boardUrl, path, { as, headers: { accept: "text/html" } })).text,
  };
}

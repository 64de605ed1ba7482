import { connect } from "node:net";

export interface Requests {
  connect: { readonly host: string; readonly port: number };
  fetch: { readonly url: string; readonly method?: string; readonly body?: unknown };
}

export interface Answers {
  /** `open`: connected; `refused`: the host said no; `silent`: nobody said anything for half a second. */
  connect: "open" | "refused" | "silent";
  fetch: { readonly status: number; readonly body: string };
}

const handlers: { [Name in keyof Requests]: (request: Requests[Name]) => Promise<Answers[Name]> } =
  {
    connect: ({ host, port }) =>
      new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 500 });
        const finish = (answer: Answers["connect"]) => {
          socket.destroy();
          resolve(answer);
        };
        socket.once("connect", () => finish("open"));
        socket.once("timeout", () => finish("silent"));
        socket.once("error", () => finish("refused"));
      }),
    async fetch({ url, method = "GET", body }) {
      const response = await fetch(url, {
        method,
        signal: AbortSignal.timeout(5_000),
        ...(body !== undefined && {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      });
      return { status: response.status, body: await response.text() };
    },
  };

interface Message<Name extends keyof Requests> {
  readonly id: number;
  readonly name: Name;
  readonly request: Requests[Name];
}

async function reply<Name extends keyof Requests>({ id, name, request }: Message<Name>) {
  try {
    process.send?.({ id, answer: await handlers[name](request) });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
}

process.on("message", (message: Message<keyof Requests>) => void reply(message));
process.on("disconnect", () => process.exit());

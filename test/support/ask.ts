import { once } from "node:events";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** Whose connections are used, and from which address they come. */
type Sender = Required<Pick<RequestOptions, "agent" | "localAddress">>;

/**
 * Sends a request with a body, as JSON unless it is a text, by an agent and from an address of this machine, as `fetch`
 * cannot. Throws if the connection ends before the answer does.
 */
export async function ask(
  url: string,
  options: Sender & Pick<RequestOptions, "method"> & { headers?: Readonly<Record<string, string>> },
  body?: object | string,
): Promise<Answer> {
  const headers = { "content-type": "application/json", ...options.headers };
  const sent = request(url, { ...options, headers });
  sent.end(typeof body === "object" ? JSON.stringify(body) : body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

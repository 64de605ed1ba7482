import { onTestFinished } from "vitest";

/**
 * Opens an event stream that stays open until the test ends, whoever drops its answer: `fetch`
 * cancels the stream of an answer that is collected as garbage.
 */
export async function holdStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await fetch(url, { headers });
  onTestFinished(async () => {
    if (!response.bodyUsed) await response.body?.cancel();
  });
  return response;
}

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * The events of a `text/event-stream`, as the HTML standard reads them, but for ids and times to come
 * back. Each piece that comes is told to `onPiece`, also one that holds a comment alone.
 */
export async function* readEvents(
  stream: ReadableStream<Uint8Array>,
  onPiece: () => void,
): AsyncGenerator<ServerEvent> {
  let event = "message";
  let data: string[] = [];
  for await (const line of readLines(stream, onPiece)) {
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n") };
      event = "message";
      data = [];
      continue;
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
}

/** The lines that have ended, by a line feed, a carriage return or both. */
async function* readLines(
  stream: ReadableStream<Uint8Array>,
  onPiece: () => void,
): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onPiece();
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the very end may be the first half of an end of line.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Enough for the cause to be among them: cloud-init ends by showing SSH keys on sixty lines. */
const maxLines = 120;

/** Of a command, or of anything else. */
interface Failure {
  readonly stderr?: string;
  readonly message: string;
}

/** The end of each log below its title, for the message of an error. */
export async function createBootReport(
  logs: Readonly<Record<string, Promise<string>>>,
): Promise<string> {
  const sections = Object.entries(logs).map(async ([title, log]) => {
    const text = await log.catch(({ stderr, message }: Failure) => stderr || message);
    return `--- ${title}\n${lastLines(text.trimEnd())}`;
  });
  return (await Promise.all(sections)).join("\n\n");
}

function lastLines(text: string): string {
  const lines = text.split("\n");
  const left = lines.length - maxLines;
  return left > 0 ? [`(${left} lines more)`, ...lines.slice(left)].join("\n") : text || "(empty)";
}

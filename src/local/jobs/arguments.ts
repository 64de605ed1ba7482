import { endpoints } from "../../contract/topology.ts";
import { readCommandLine } from "../../service/command-line.ts";

type Program = Parameters<typeof readCommandLine>[0];

/** What was typed; ends the program as `readCommandLine` does. */
export function readArguments(program: Program) {
  return readCommandLine(program, {
    usage: "npm run jobs -- submit TASK [FIELD=VALUE…] | get ID | wait ID | cancel ID | logs ID",
    about: [
      "Submits jobs and tells of them:",
      "",
      "  submit divide x=10 y=2          queues a job and prints its id",
      "  submit divide x=10 y=2 --wait   waits for it and prints its result",
      "  get ID                          prints how a job stands",
      "  wait ID                         waits for a job and prints its result",
      "  cancel ID                       ends a job that waits, and stops one that runs",
      "  logs ID                         prints what the job has logged",
      "",
      "What a field is, a number or a text, the server's own description of the task tells.",
      "",
      "  --input JSON       the input as a JSON object, or - to read it from standard input;",
      "                     fields replace those of the same name",
      "  --wait             of submit: wait until the job has ended",
      "  --key KEY          of submit: an Idempotency-Key; jobs of one key, input and",
      "                     start are one job",
      "  --at TIME          of submit: start it then, a time with its offset like",
      "                     2026-12-01T02:00:00Z",
      "  --in DURATION      of submit: start it after so long, such as 90s, 10m, 2h or 7d",
      "  --callback URL     of submit: where the server tells of the job's end",
      "  --follow           of logs: print also what comes, until the job has ended",
      "  --json             print the whole job as JSON, on one line; of logs, each line",
      "  --timeout SECONDS  end after this time; the job goes on",
      "",
      `TRIPOD_URL is the server's address; without it, that of npm start on this machine, or`,
      `http://localhost:${endpoints.public.localPort}. Nothing but data is on standard output; npm's own lines, which`,
      '"npm run --silent jobs" leaves out, apart.',
      "",
      "TRIPOD_TOKEN is the token to send along, where the server asks for one. It is no option, as",
      "all users of a machine see those of a program.",
      "",
      "Exit codes: 0 done, or the job succeeded; 1 the job failed; 2 arguments or input are not",
      "usable, nothing was queued, or what was to be cancelled had ended; 3 the server cannot be",
      "reached, refused for now, wants another token, or knows no such job; 4 the time was over",
      "before the job had ended; 130 interrupted.",
    ],
    options: {
      input: { type: "string" },
      wait: { type: "boolean" },
      key: { type: "string" },
      follow: { type: "boolean" },
      callback: { type: "string" },
      at: { type: "string" },
      in: { type: "string" },
      json: { type: "boolean" },
      timeout: { type: "string" },
    },
    maxPositionals: Infinity,
  });
}

export type Arguments = ReturnType<typeof readArguments>;

/** One known mistake, and the test that has to notice it. */
export interface Mutant {
  readonly name: string;
  readonly change: SourceChange | PackageChange;
  readonly caughtBy: {
    readonly file: string;
    /** Beginning of the test's name. */
    readonly test: string;
    /** At the size of `npm run test:faults`: the short form does not show it. */
    readonly fullSize?: true;
  };
}

interface SourceChange {
  readonly file: string;
  /** Occurs once in the file. */
  readonly from: string;
  readonly to: string;
}

interface PackageChange {
  readonly package: string;
  readonly version: string;
}

/** Mistakes that were made, here or elsewhere, or that a later change could make again. */
export const mutants: readonly Mutant[] = [
  {
    name: "bullmq 6.1.0, whose worker never resumes after an outage of more than 6 s",
    change: { package: "bullmq", version: "6.1.0" },
    caughtBy: { file: "test/faults/redis-outage.test.ts", test: "F8", fullSize: true },
  },
  {
    name: "a job fails when it stalled twice: maxStalledCount 1",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "maxStalledCount: 5",
      to: "maxStalledCount: 1",
    },
    caughtBy: { file: "test/faults/repeated-kill.test.ts", test: "F2" },
  },
  {
    name: "no job id before the add",
    change: { file: "src/queue/submission.ts", from: "{ jobId: id, ...", to: "{ ..." },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "answers the same job to the same Idempotency-Key",
    },
  },
  {
    name: "commands are sent again after a reconnect: autoResendUnfulfilledCommands on",
    change: {
      file: "src/queue/connection.ts",
      from: "    maxRetriesPerRequest: 0,\n    autoResendUnfulfilledCommands: false,\n",
      to: "",
    },
    caughtBy: {
      file: "test/queue/connection.test.ts",
      test: "a request under way when the connection breaks",
    },
  },
  {
    name: "commands wait for a connection: enableOfflineQueue on",
    change: {
      file: "src/queue/connection.ts",
      from: "enableOfflineQueue: false",
      to: "enableOfflineQueue: true",
    },
    caughtBy: { file: "test/queue/connection.test.ts", test: "a request is refused at once" },
  },
  {
    name: "refused commands are repeated at once: no error brake",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "const release = registerBrake(worker, deps.log);",
      to: "const release = () => void registerBrake;",
    },
    caughtBy: { file: "test/worker/brake.test.ts", test: "slows down while Redis has no memory" },
  },
  {
    name: "the services may list and empty all of Redis",
    change: {
      file: "infra/boot/redis-users.ts",
      from: "zrandmember memory|usage",
      to: "zrandmember memory|usage scan flushall",
    },
    caughtBy: {
      file: "test/infra/redis-users.test.ts",
      test: "Redis refuses a",
    },
  },
  {
    name: "the worker may read the secret that ids are made with",
    change: {
      file: "infra/boot/redis-users.ts",
      from: "      keys: queueKeys,",
      to: "      keys: [...queueKeys, `{${keyTags.deployment}}:id-secret`],",
    },
    caughtBy: {
      file: "test/infra/redis-users.test.ts",
      test: "only a producer may see the secret",
    },
  },
  {
    name: "what an isolated task has started in another session lives on",
    change: {
      file: "src/worker/isolation/child.ts",
      from: "    killGroup(child);\n    kin.kill();",
      to: "    killGroup(child);",
    },
    caughtBy: {
      file: "test/worker/isolation/strays.test.ts",
      test: "what a task started in a session of its own goes when its process crashes",
    },
  },
  {
    name: "an isolated task's process joins no control group",
    change: {
      file: "src/worker/isolation/main.ts",
      from: 'if (members !== "") writeFileSync(members, "0");',
      to: "void members;",
    },
    caughtBy: {
      file: "test/worker/isolation/strays.test.ts",
      test: "in a control group of the worker's",
    },
  },
  {
    name: "a worker leaves what a killed one has left behind",
    change: {
      file: "src/worker/open-worker.ts",
      from: "const abandoned = killAbandoned();",
      to: "const abandoned = ((_: unknown) => 0)(killAbandoned);",
    },
    caughtBy: {
      file: "test/worker/isolation/strays.test.ts",
      test: "what a killed worker's task started goes as the next worker starts",
    },
  },
  {
    name: "everything that an isolated task prints is logged",
    change: {
      file: "src/worker/isolation/output-limit.ts",
      from: "    dropped += piece.length;\n    return false;",
      to: "    dropped += piece.length;\n    return true;",
    },
    caughtBy: {
      file: "test/worker/isolation/output-limit.test.ts",
      test: "what a program prints beyond the limit",
    },
  },
  {
    name: "everysec claimed as always, on EC2",
    change: {
      file: "infra/boot/redis-host.ts",
      from: "appendfsync ${fsync}",
      to: "appendfsync everysec",
    },
    caughtBy: { file: "test/infra/redis-host.test.ts", test: "Redis keeps every job on disk" },
  },
  {
    name: "everysec claimed as always, under a power cut",
    change: {
      file: "test/faults/power-cut.test.ts",
      from: "appendfsync: fsync",
      to: 'appendfsync: "everysec"',
    },
    caughtBy: { file: "test/faults/power-cut.test.ts", test: "F4" },
  },
  {
    name: "Bull Board takes posts from other sites",
    change: { file: "src/producer/console/board.ts", from: "  app.use(sameOrigin());\n", to: "" },
    caughtBy: {
      file: "test/producer/http/same-origin.test.ts",
      test: "Bull Board refuses a form with",
    },
  },
  {
    name: "the reason of a failure is put into the page unescaped",
    change: {
      file: "src/producer/pages/job-page.ts",
      from: "</strong>: ${job.error}</p>",
      to: "</strong>: ${Object.assign(new String(job.error), { isEscaped: true })}</p>",
    },
    caughtBy: {
      file: "test/browser/escaping.test.ts",
      test: "a job's page shows the reason of a failure as text",
    },
  },
  {
    name: "no rate limit",
    change: {
      file: "src/producer/http/rate-limit.ts",
      from: "await limiter.consume(clientOf(ctx.ip));",
      to: "void clientOf;",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "a client that submits too often",
    },
  },
  {
    name: "a client may have any number of unfinished jobs",
    change: {
      file: "src/queue/places.ts",
      from: "if (limit === 0) return",
      to: "if (limit >= 0) return",
    },
    caughtBy: {
      file: "test/producer/http/unfinished-limit.test.ts",
      test: "a client with too many unfinished jobs is told so",
    },
  },
  {
    name: "a job that has ended keeps its client's place",
    change: {
      file: "src/queue/client-jobs.ts",
      from: "return name == null ? !isBeingAdded(at) : finishedOn != null;",
      to: "return name == null && !isBeingAdded(at) && finishedOn != null;",
    },
    caughtBy: {
      file: "test/producer/http/unfinished-limit.test.ts",
      test: "an own job that has ended makes room for another",
    },
  },
  {
    name: "a job is sent apart from its count",
    change: { file: "src/queue/one-write.ts", from: "  stream.cork();\n", to: "" },
    caughtBy: {
      file: "test/queue/places.test.ts",
      test: "a job and its count reach Redis in one piece",
    },
  },
  {
    name: "any number of a client's jobs are ahead of their count",
    change: {
      file: "src/queue/places.ts",
      from: "standing.ahead < mostAhead && ",
      to: "",
    },
    caughtBy: {
      file: "test/queue/places.test.ts",
      test: "jobs are added beside counting them",
    },
  },
  {
    name: "a connection may wait for any number of answers",
    change: {
      file: "src/service/pipelining.ts",
      from: ">= maxUnanswered",
      to: ">= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a connection that waits for more answers is cut",
    },
  },
  {
    name: "a request without a host passes the limits",
    change: {
      file: "src/service/listener.ts",
      from: "requireHostHeader: false",
      to: "requireHostHeader: true",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a request ",
    },
  },
  {
    name: "a client may wait for any number of answers",
    change: {
      file: "src/service/pipelining.ts",
      from: "tally.of(client) <= perClient",
      to: "tally.of(client) <= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a client that waits for many answers is told to come later",
    },
  },
  {
    name: "a client that was cut for what it asked at once may do it again at once",
    change: {
      file: "src/service/pipelining.ts",
      from: "overruns ? overrunWorth : 1",
      to: "overruns ? 1 : 1",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a client whose connection was cut for it has to rest",
    },
  },
  {
    name: "a client that was told to wait may go on all the same",
    change: {
      file: "src/service/client-rate.ts",
      from: "return at <= now + burstMs;",
      to: "return true;",
    },
    caughtBy: {
      file: "test/service/client-rate.test.ts",
      test: "a client that goes on beyond its rate is cut",
    },
  },
  {
    name: "one client may have all connections",
    change: {
      file: "src/service/crowding.ts",
      from: "own.size >= perClient &&",
      to: "own.size >= Number.POSITIVE_INFINITY &&",
    },
    caughtBy: {
      file: "test/service/crowding.test.ts",
      test: "a client beyond its share of connections is cut off",
    },
  },
  {
    name: "who reads nothing keeps its connection",
    change: { file: "src/service/unread-output.ts", from: "if (waits &&", to: "if (!waits &&" },
    caughtBy: {
      file: "test/service/unread-output.test.ts",
      test: "a client that asks and does not read is cut off",
    },
  },
  {
    name: "any name is answered",
    change: {
      file: "src/service/listener.ts",
      from: "if (!isOurs(request.headers.host)) {",
      to: "if (!isOurs(undefined)) {",
    },
    caughtBy: {
      file: "test/service/known-hosts.test.ts",
      test: "a page of another site can neither submit",
    },
  },
  {
    name: "the right password is taken after ever so many wrong ones",
    change: {
      file: "src/producer/console/login.ts",
      from: "      await failures.check(ctx, tooMany).catch(tellLimited(ctx.ip));\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/console/login.test.ts",
      test: "the right one among guesses that come at once",
    },
  },
  {
    name: "a client has as many requests traced as it likes",
    change: {
      file: "src/telemetry/sampler.ts",
      from: "return { decision: drop }",
      to: "return { decision: keep }",
    },
    caughtBy: {
      file: "test/attacks/traceparent.test.ts",
      test: "a stranger who asks for every request to be traced",
    },
  },
  {
    name: "a trusted caller has as many requests traced as it likes",
    change: {
      file: "src/telemetry/otlp.ts",
      from: ", remoteParentSampled: asked",
      to: "",
    },
    caughtBy: {
      file: "test/attacks/traceparent.test.ts",
      test: "a trusted caller who asks for every request to be traced",
    },
  },
  {
    name: "strangers write into traces whose ids they know",
    change: { file: "src/telemetry/spans.ts", from: "if (isTrusted ||", to: "if (true ||" },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "a request begins a trace of its own",
    },
  },
  {
    name: "places are looked up through a whole queue",
    change: {
      file: "src/queue/place.ts",
      from: "lookedUp = 500",
      to: "lookedUp = 10_000",
    },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "a place in a long queue is told as far as it is cheap to know",
    },
  },
  {
    name: "a job's state is looked for through a whole queue",
    change: {
      file: "src/producer/jobs/job-status.ts",
      from: "Promise.all([readPlace(queue, redis, id), queue.getJob(id)])",
      to: "Promise.all([queue.getJobState(id).then((state) => ({ state }) as JobPlace), queue.getJob(id)])",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "what anybody may read costs Redis the same",
    },
  },
  {
    name: "each reader of a job costs Redis a read",
    change: {
      file: "src/producer/jobs/status-memory.ts",
      from: "return isFresh ? last.status : renew(id);",
      to: "return isFresh ? read(id) : renew(id);",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "who reads waiting jobs as fast as they can",
    },
  },
  {
    name: "how jobs stand is remembered of any number of them",
    change: {
      file: "src/producer/jobs/status-memory.ts",
      from: "characters <= limits.characters && ",
      to: "",
    },
    caughtBy: {
      file: "test/producer/jobs/status-memory.test.ts",
      test: "the jobs that were read first are forgotten",
    },
  },
  {
    name: "a job that was missing a moment ago is missing still",
    change: {
      file: "src/producer/jobs/status-memory.ts",
      from: "return (await begun) ?? reading.get(id) ?? start(id);",
      to: "return begun ?? start(id);",
    },
    caughtBy: {
      file: "test/producer/jobs/status-memory.test.ts",
      test: "that a job is missing is not remembered",
    },
  },
  {
    name: "any number of reads run at once, before the submissions",
    change: {
      file: "src/producer/jobs/read-gate.ts",
      from: "running < atOnce",
      to: "running < Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/producer/jobs/read-gate.test.ts",
      test: "so many reads run at once",
    },
  },
  {
    name: "the list of the latest jobs is read at each change",
    change: {
      file: "src/producer/jobs/remembered.ts",
      from: "Number.NEGATIVE_INFINITY) + pauseMs",
      to: "Number.NEGATIVE_INFINITY)",
    },
    caughtBy: {
      file: "test/producer/jobs/remembered.test.ts",
      test: "what is outdated is read anew, but so often at most",
    },
  },
  {
    name: "who asks whether the producer is ready asks Redis",
    change: {
      file: "src/producer/open-producer.ts",
      from: "remember(memoryMs, () => readMemory(redis))",
      to: "() => readMemory(redis)",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "what anybody may read costs Redis the same",
    },
  },
  {
    name: "a client reads as often as it likes",
    change: {
      file: "src/producer/http/read-limit.ts",
      from: "      await limit.count(ctx, tooMany);\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "a client that reads too often is told when to come back",
    },
  },
  {
    name: "what a reader of events leaves unread is kept for it",
    change: {
      file: "src/producer/http/event-stream.ts",
      from: "> maxUnreadBytes",
      to: "> Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/producer/http/event-stream.test.ts",
      test: "a reader who leaves more than 256 KB unread",
    },
  },
  {
    name: "a stream whose life is over waits for its reader",
    change: {
      file: "src/producer/http/event-stream.ts",
      from: "    timer = setTimeout(() => body.destroy(), farewellMs);\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/event-stream.test.ts",
      test: "a reader who reads no more loses its place",
    },
  },
  {
    name: "what is no HTTP is logged as an error of ours",
    change: { file: "src/telemetry/koa-errors.ts", from: "|HPE_.*", to: "" },
    caughtBy: { file: "test/attacks/garbage.test.ts", test: "what is no HTTP writes no line" },
  },
  {
    name: "what strangers cause is logged without limit",
    change: {
      file: "src/telemetry/log.ts",
      from: "if (admitted) write",
      to: "write",
    },
    caughtBy: {
      file: "test/attacks/log-flood.test.ts",
      test: "guesses from ever new addresses are all counted",
    },
  },
  {
    name: "a flood of failures by submitters hides our own",
    change: {
      file: "src/telemetry/line-limits.ts",
      from: 'const key = `${kind} ${like[logFields.errorType] ?? ""}`;',
      to: "const key: string = kind;",
    },
    caughtBy: {
      file: "test/telemetry/line-limits.test.ts",
      test: "a flood of a submitter's failures hides none of ours",
    },
  },
  {
    name: "Bull Board's pages ask another site for a font",
    change: {
      file: "src/producer/console/board.ts",
      from: "  app.use(ownFilesOnly());\n",
      to: "",
    },
    caughtBy: { file: "test/browser/board.test.ts", test: "no page of Bull Board's asks" },
  },
  {
    name: "a client behind a proxy is another one at each port",
    change: {
      file: "src/service/client-address.ts",
      from: '.replace(/^(.*\\d+(?:\\.\\d+){3}):\\d+$/, "$1")',
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "one address is one client, however the proxy writes it",
    },
  },
  {
    name: "the Redis of npm start lets everybody on this machine in",
    change: {
      file: "src/local/broker-login.ts",
      from: "`requirepass ${password}\\n`",
      to: '"\\n"',
    },
    caughtBy: { file: "test/local/start.test.ts", test: "its Redis demands a password" },
  },
  {
    name: "strangers are told where Redis is and what ails it",
    change: {
      file: "src/producer/http/app.ts",
      from: "async () => ({ ready: (await readiness()).ready })",
      to: "readiness",
    },
    caughtBy: {
      file: "test/producer/http/readiness.test.ts",
      test: "the public is told whether the producer is ready",
    },
  },
  {
    name: "the overview reads each second once, however far clocks are apart",
    change: {
      file: "src/producer/overview/ended-window.ts",
      from: "readUntilMs - behindMs",
      to: "readUntilMs",
    },
    caughtBy: { file: "test/faults/clock-skew.test.ts", test: "F14" },
  },
  {
    name: "a healthy job fails at the fifth worker that is killed under it",
    change: {
      file: "src/worker/queue-worker.ts",
      from: "maxStalledCount: 5",
      to: "maxStalledCount: 4",
    },
    caughtBy: { file: "test/faults/repeated-kill.test.ts", test: "F2" },
  },
  {
    name: "a stopping worker waits for a Redis that is down: no shutdown deadline",
    change: {
      file: "src/worker/drain.ts",
      from: "await worker.close(true);",
      to: "await worker.close();",
    },
    caughtBy: { file: "test/faults/sigterm-without-redis.test.ts", test: "F18" },
  },
  {
    name: "a job that a stopping worker hands back is charged an attempt",
    change: {
      file: "src/worker/attempts/processor.ts",
      from: "await job.moveToWait(token);",
      to: "throw error;",
    },
    caughtBy: { file: "test/faults/sigterm.test.ts", test: "F17" },
  },
  {
    name: "a hole in a host's firewall",
    change: {
      file: "test/hosts/security-group.ts",
      from: "    ip saddr 169.254.0.0/16 accept\n",
      to: "    ip saddr 169.254.0.0/16 accept\n    tcp dport 6379 accept\n",
    },
    caughtBy: {
      file: "test/hosts/hosts.test.ts",
      test: "everybody reaches exactly what the firewall",
    },
  },
  {
    name: "the log gate lets everything through to Loki",
    change: {
      file: "infra/boot/log-gate.ts",
      from: "return 403;",
      to: "proxy_pass http://127.0.0.1:3100;",
    },
    caughtBy: {
      file: "test/infra/log-gate.test.ts",
      test: "refuses to read, delete, set",
    },
  },
  {
    name: "Loki deletes for whoever asks",
    change: {
      file: "dashboards/stack/loki.ts",
      from: 'deletion_mode: "disabled"',
      to: 'deletion_mode: "filter-and-delete"',
    },
    caughtBy: {
      file: "test/infra/monitor.test.ts",
      test: "Loki and Tempo are asked on loopback alone",
    },
  },
  {
    name: "any key that is published for Grafana's repository is taken",
    change: {
      file: "infra/boot/grafana-repository.ts",
      from: "!= ${grafanaKeyFingerprint} ]",
      to: '= "" ]',
    },
    caughtBy: {
      file: "test/infra/boot.test.ts",
      test: "stays unknown where",
    },
  },
  {
    name: "journald decides how many lines a unit may write",
    change: { file: "infra/boot/system-files.ts", from: "RateLimitBurst=10000\n", to: "" },
    caughtBy: { file: "test/infra/system-files.test.ts", test: "every host's journal has a bound" },
  },
  {
    name: "Redis may call anybody that its host may call",
    change: { file: "infra/boot/redis-host.ts", from: "    ...withinNetwork,\n", to: "" },
    caughtBy: {
      file: "test/infra/redis-host.test.ts",
      test: "Redis speaks with its own network alone",
    },
  },
  {
    name: "an overwritten release is gone",
    change: {
      file: "infra/release/bucket.ts",
      from: 'versioningConfiguration: { status: "Enabled" }',
      to: 'versioningConfiguration: { status: "Suspended" }',
    },
    caughtBy: { file: "test/infra/best-practices.test.ts", test: "S3.10, S3.13, S3.14" },
  },
  {
    name: "a client's flood of ended jobs evicts everybody's",
    change: {
      file: "src/queue/fair-share.ts",
      from: "most.bytes <= fairShare * total",
      to: "most.bytes > 0",
    },
    caughtBy: { file: "test/attacks/ended-flood.test.ts", test: "a flood of short jobs evicts" },
  },
  {
    name: "ended jobs are kept by their number",
    change: {
      file: "src/queue/queue.ts",
      from: "completed: { age: day },",
      to: "completed: { age: day, count: 10_000 },",
    },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "queues a division and answers 202",
    },
  },
  {
    name: "failures leave no room for successes",
    change: {
      file: "src/queue/budget.ts",
      from: "failedOfEnded: 0.5",
      to: "failedOfEnded: 1",
    },
    caughtBy: {
      file: "test/queue/budget.test.ts",
      test: "failures that need more than half of it go",
    },
  },
  {
    name: "where Redis has no limit, any number of ended jobs is kept",
    change: {
      file: "src/queue/budget.ts",
      from: "isLimited ? limit : assumedLimit",
      to: "limit",
    },
    caughtBy: {
      file: "test/queue/budget.test.ts",
      test: "keeps ended jobs and events as of a Redis of 512 MB",
    },
  },
  {
    name: "what others keep is looked at again at each removal",
    change: {
      file: "src/queue/own-jobs.ts",
      from: 'cursors.get(walk) ?? "-inf"',
      to: 'page === 0 ? "-inf" : (cursors.get(walk) ?? "-inf")',
    },
    caughtBy: {
      file: "test/queue/own-jobs.test.ts",
      test: "it does not look again at what others keep",
    },
  },
  {
    name: "a client's ended jobs are looked for until they are found",
    change: {
      file: "src/queue/own-jobs.ts",
      from: "page < mostPages && ",
      to: "",
    },
    caughtBy: {
      file: "test/queue/own-jobs.test.ts",
      test: "one call looks at a bounded number of jobs",
    },
  },
  {
    name: "each client's jobs cost the worker a judgement of their options",
    change: {
      file: "src/queue/job-hash.ts",
      from: "(tm|jobId|client)",
      to: "(tm|jobId)",
    },
    caughtBy: {
      file: "test/queue/job-hash.test.ts",
      test: "options that differ in id, client and trace alone",
    },
  },
  {
    name: "the Redis of npm start has no memory limit",
    change: { file: "src/local/broker.ts", from: '    maxmemory: "512mb",\n', to: "" },
    caughtBy: {
      file: "test/local/start.test.ts",
      test: "its Redis has a memory limit",
    },
  },
];

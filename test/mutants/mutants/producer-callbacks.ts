import type { Mutant } from "../mutant.ts";

const takings = "src/queue/callback-takings.ts";
const settlements = "src/queue/callback-settlements.ts";
const sender = "src/producer/callbacks/sender.ts";
const scriptTests = "test/queue/callbacks.test.ts";
const addressTests = "test/producer/callbacks/addresses.test.ts";
const deliveryTests = "test/producer/callbacks/callbacks.test.ts";
const signatureTests = "test/producer/callbacks/signature.test.ts";

/** What a receiver is told of a job's end, by whom, and how often. */
export const producerCallbackMutants: readonly Mutant[] = [
  {
    name: "A callback's signature leaves out when it was sent",
    change: {
      file: "src/producer/callbacks/signature.ts",
      from: "`${id}.${timestamp}.${body}`",
      to: "`${id}.${body}`",
    },
    caughtBy: { file: signatureTests, test: "receivers with either one take a request" },
  },
  {
    name: "A callback is dated by when it is signed, not by when it says it is sent",
    change: {
      file: "src/producer/callbacks/signature.ts",
      from: "Math.floor(atMs / 1_000)",
      to: "Math.floor(Date.now() / 1_000)",
    },
    caughtBy: { file: signatureTests, test: "an old request is refused by a receiver" },
  },
  {
    name: "Of what a name leads to only the first address is judged",
    change: {
      file: sender,
      from: "addresses.find((address) => !rules.isOpen(address))",
      to: "addresses.slice(0, 1).find((address) => !rules.isOpen(address))",
    },
    caughtBy: { file: addressTests, test: "whatever else it leads to" },
  },
  {
    name: "A callback's name is resolved a second time, after it was judged",
    change: {
      file: sender,
      from: "signal, lookup: lookUp(addresses) }",
      to: "signal, lookup: addresses.length > 9 ? lookUp(addresses) : undefined }",
    },
    caughtBy: { file: addressTests, test: "what a name resolves to is judged each time" },
  },
  {
    name: "IPv4 addresses in IPv6 are taken for public ones",
    change: {
      file: "src/producer/callbacks/address-rules.ts",
      from: '"2000::/3"',
      to: '"::/0"',
    },
    caughtBy: { file: addressTests, test: "IPv4 mapped into IPv6" },
  },
  {
    name: "Any certificate is taken for that of a callback's receiver",
    change: {
      file: sender,
      from: "new Agent({ keepAlive: false })",
      to: "new Agent({ keepAlive: false, ...{ rejectUnauthorized: false } })",
    },
    caughtBy: {
      file: "test/producer/callbacks/tls.test.ts",
      test: "a certificate of the name that is called",
    },
  },
  {
    name: "A callback is gone once a producer has it in hand",
    change: {
      file: takings,
      from: 'redis.call("ZADD", due, "XX", held, id)',
      to: 'redis.call("ZREM", due, id)',
    },
    caughtBy: { file: scriptTests, test: "what one producer has in hand no other gets, until" },
  },
  {
    name: "A producer that was too slow writes over what another one does with a callback",
    change: {
      file: settlements,
      from: 'if not ours and kind ~= "delivered" then return answer end',
      to: "",
    },
    caughtBy: { file: scriptTests, test: "a producer whose time was over changes nothing" },
  },
  {
    name: "A callback that was delivered is tried again, as a producer that was too slow says",
    change: { file: settlements, from: 'if wasTold then kind = "delivered" end', to: "" },
    caughtBy: { file: scriptTests, test: "an end that was told late is told to nobody again" },
  },
  {
    name: "One client may have all callbacks that are tried again",
    change: {
      file: settlements,
      from: "countOf(counts, owner) >= ARGV[10] -",
      to: "0 >= ARGV[10] -",
    },
    caughtBy: { file: scriptTests, test: "a client whose callbacks all fail leaves room" },
  },
  {
    name: "An end that was told is told again while its job is retried by hand",
    change: {
      file: takings,
      from: "elseif isSettled(job[4], job[2]) then",
      to: "elseif false then",
    },
    caughtBy: { file: scriptTests, test: "an end that was told is not told again" },
  },
  {
    name: "A callback is dealt with while somebody is about to retry its job",
    change: {
      file: settlements,
      from: "again and now or till > now and till",
      to: "again and now",
    },
    caughtBy: { file: scriptTests, test: "a job whose end is told while somebody is about to" },
  },
  {
    name: "An end that is heard of late has a failed callback tried again at once",
    change: { file: takings, from: "(score <= now or not hasFailed(ARGV[i]))", to: "true" },
    caughtBy: { file: scriptTests, test: "an end that is heard of late" },
  },
  {
    name: "The waits between the tries of a callback begin with the second one",
    change: {
      file: "src/producer/callbacks/delivery.ts",
      from: "deps.waitsMs[tries - 1]",
      to: "deps.waitsMs[tries]",
    },
    caughtBy: { file: deliveryTests, test: "the waits between the tries grow" },
  },
  {
    name: "Callbacks that find no turn are looked at again and again, however long their receiver hangs",
    change: {
      file: "src/producer/callbacks/delivery.ts",
      from: "deps.lines.join(host, Date.now() - taken.endedAt)",
      to: "Math.min(2_000, deps.lines.join(host, Date.now() - taken.endedAt))",
    },
    caughtBy: {
      file: "test/producer/callbacks/host-lines.test.ts",
      test: "are left alone for longer and longer",
    },
  },
  {
    name: "A host that hangs takes all turns for callbacks",
    change: {
      file: "src/producer/callbacks/host-turns.ts",
      from: "ofHosts.of(host) < limits.atOnceOfHost",
      to: "true",
    },
    caughtBy: { file: deliveryTests, test: "a receiver that hangs does not hold up another one" },
  },
];

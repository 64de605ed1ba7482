import { expect, test } from "vitest";
import { createDraftRoom } from "../../../src/producer/batches/draft-room.ts";

test("a client's files that are coming in take no more than is then free for others", () => {
  const room = createDraftRoom(32);
  const [first, second, other] = [room.enter("a"), room.enter("a"), room.enter("b")];
  expect([first.take(10), second.take(6), second.take(1)]).toEqual([true, true, false]);
  expect([other.take(8), other.take(1)]).toEqual([true, false]);
  first.leave();
  // Given back once, however often it is left.
  first.leave();
  expect([second.take(6), second.take(1), other.take(1)]).toEqual([true, false, true]);
});

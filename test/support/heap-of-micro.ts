/** What Node.js takes by itself in the unit on a t4g.micro, within 768 MB; a larger machine gives it more. */
export const heapOfMicro = "--max-old-space-size=448 --max-semi-space-size=16";

/**
 * What is asked of a producer with that heap under attack, of those 768 MB: an idle one takes 220,
 * 33 of them for the thread with its index of jobs, and a full index would take 130 more.
 */
export const maxResidentBytes = 350e6;

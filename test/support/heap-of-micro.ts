/** What Node.js takes by itself in the unit on a t4g.micro, within 768 MB; a larger machine gives it more. */
export const heapOfMicro = "--max-old-space-size=448 --max-semi-space-size=16";

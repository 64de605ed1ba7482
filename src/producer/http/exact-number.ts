/** From here on a double holds not even every whole number. */
const firstInexact = 2 ** 53;
/** Below it a double keeps fewer than 15 digits, down to none. */
const minNormal = 2 ** -1022;
const longestQuoted = 40;
/** The shortest digits of a double take 327 at most without an exponent: of -2.2250738585072014e-308. */
const longestNumber = 400;

/** A number as it was written, which would not come back from Redis as it was sent. */
export class InexactNumber {
  readonly literal: string;
  constructor(literal: string) {
    this.literal = literal;
  }

  /** What is wrong with it, in words. */
  get problem(): string {
    const { literal } = this;
    const quoted =
      literal.length > longestQuoted ? `${literal.slice(0, longestQuoted - 1)}…` : literal;
    if (literal.length > longestNumber) {
      return `${quoted} has ${literal.length} characters, expected a number of ${longestNumber} at most`;
    }
    return Number.isFinite(Number(literal))
      ? `${quoted} would come back as ${Number(literal)}, expected a number that a double can hold`
      : `${quoted} is beyond what a double can hold`;
  }
}

/**
 * The number that a decimal literal stands for, if it comes back as it was sent: equal, or, for a
 * fraction below 2^53, as the nearest double, which keeps 15 digits at least. One that is written
 * with more than 400 characters is not looked at.
 */
export function readNumber(literal: string): number | InexactNumber {
  if (literal.length > longestNumber) return new InexactNumber(literal);
  const number = Number(literal);
  const size = Math.abs(number);
  const isRounded = size >= minNormal && size < firstInexact;
  return isRounded || isSameDecimal(literal, String(number)) ? number : new InexactNumber(literal);
}

function isSameDecimal(one: string, other: string): boolean {
  const [a, b] = [normalize(one), normalize(other)];
  return a !== undefined && b !== undefined && a.digits === b.digits && a.exponent === b.exponent;
}

/** Digits without zeros around them and the power of ten of the first; both sides have one sign. */
function normalize(literal: string) {
  const parts = /^[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(literal);
  if (parts === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = parts;
  const written = whole + fraction;
  const first = written.search(/[1-9]/);
  if (first === -1) return { digits: "", exponent: 0 };
  return {
    digits: written.slice(first, countWithoutLastZeros(written)),
    exponent: Number(exponent) + whole.length - first,
  };
}

/** From the end: a pattern for zeros at the end begins anew at each zero before it. */
function countWithoutLastZeros(digits: string): number {
  let count = digits.length;
  while (digits[count - 1] === "0") count -= 1;
  return count;
}

/** One known mistake, and the test that has to notice it. */
export interface Mutant {
  readonly name: string;
  readonly change: SourceChange | PackageChange;
  readonly caughtBy: {
    readonly file: string;
    /** Part of the test's name. */
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

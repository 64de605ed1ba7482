/**
 * A promise that knows whether anybody asks what becomes of it, by `await`, `then` or `catch`. While
 * nobody does, its rejection is no unhandled one: whoever has made it looks at `isWatched`.
 */
export class WatchedPromise<T> extends Promise<T> {
  isWatched = false;

  constructor(work: Promise<T>) {
    super((resolve) => resolve(work));
    super.then(undefined, () => undefined);
  }

  /** What follows from it is a promise as any other, and that it is rejected is told as ever. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // `await`, `catch` and `Promise.all` call it, too. What else has one is no promise.
  // oxlint-disable-next-line unicorn/no-thenable
  override then<R = T, E = never>(
    onResolved?: ((value: T) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    this.isWatched = true;
    return super.then(onResolved, onRejected);
  }
}

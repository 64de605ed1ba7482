/**
 * What a client is told of a task's result, which went through JSON: nothing is null, and a property
 * that may be `undefined` may be missing. Of what fails the job instead, as a `Date` does, never any.
 */
export type KeptResult<Value> = Value extends undefined | void ? null : KeptValue<Value>;

/** The same of a value that is there, such as a job's input. */
export type KeptValue<Value> = unknown extends Value
  ? unknown
  : Value extends string | number | boolean | null
    ? Value
    : Value extends Unkept
      ? never
      : Value extends readonly unknown[]
        ? { readonly [Index in keyof Value]: KeptValue<Value[Index]> }
        : Flat<
            {
              readonly [
                Key in keyof Value as undefined extends Value[Key] ? never : Key
              ]: KeptValue<Value[Key]>;
            } & {
              readonly [
                Key in keyof Value as undefined extends Value[Key] ? Key : never
              ]?: KeptValue<Exclude<Value[Key], undefined>>;
            }
          >;

/** `findJsonProblem` finds these, and others that no type tells from plain objects. */
type Unkept =
  | undefined
  | void
  | bigint
  | symbol
  | ((...args: never) => unknown)
  | Date
  | RegExp
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | PromiseLike<unknown>
  | ArrayBufferView;

/** As one object, which is how editors then show it. */
type Flat<Value> = { readonly [Key in keyof Value]: Value[Key] };

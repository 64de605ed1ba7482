/** What Loki and Tempo have in common. */

/** As long as a failed job is kept: its trace and its logs can be looked up just as long. */
export const storedFor = "168h";

export interface Listeners {
  /** Where it is asked; address `0.0.0.0` for all interfaces. */
  readonly http: { readonly address: string; readonly port: number };
  /** On loopback, for itself alone. */
  readonly grpcPort: number;
}

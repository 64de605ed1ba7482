import type { Builder } from "@grafana/grafana-foundation-sdk/cog";

/** Takes away what the SDK places links and annotations in: a menu, closed until somebody looks there. */
export function inSight<T extends { readonly placement?: unknown }>(
  builder: Builder<T>,
): Builder<Omit<T, "placement">> {
  const { placement: _, ...shown } = builder.build();
  return { build: () => shown };
}

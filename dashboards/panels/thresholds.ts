import {
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Limits } from "../objectives.ts";

/** Green below the warning, red from the limit on. */
export function rising({ warning, limit }: Limits): ThresholdsConfigBuilder {
  return steps("green", [
    { value: warning, color: "yellow" },
    { value: limit, color: "red" },
  ]);
}

/** Red from the limit on, green below. */
export function below(limit: number): ThresholdsConfigBuilder {
  return steps("green", [{ value: limit, color: "red" }]);
}

/** Red below the minimum, green from it on. */
export function atLeast(min: number): ThresholdsConfigBuilder {
  return steps("red", [{ value: min, color: "green" }]);
}

/** No value is worth a colour of its own. */
export function plain(): ThresholdsConfigBuilder {
  return steps("blue", []);
}

function steps(base: string, further: readonly Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...further]);
}

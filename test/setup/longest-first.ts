import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, most of it waiting, or building what others use. */
const longest = [
  "hosts/first-boot",
  "infra/boot",
  "infra/release",
  "tasks/replaced",
  "dashboards/live-alerts",
  "local/demo/demo",
  "dashboards/live-queries",
  "local/stop",
  "browser/overview",
  "infra/executor",
];

/** Begins with the longest files, so that none of them runs on alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    return bySize.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((path) => moduleId.includes(`/test/${path}`));
  return place === -1 ? longest.length : place;
}

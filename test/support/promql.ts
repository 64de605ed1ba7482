import {
  GroupingLabels,
  Identifier,
  LabelName,
  parser,
  VectorSelector,
} from "@prometheus-io/lezer-promql";

type Node = ReturnType<typeof parser.parse>["topNode"];

export interface Selector {
  /** As it stands in the query, e.g. `up{job="node"}`. */
  readonly text: string;
  readonly name: string;
  /** Labels that it is narrowed down by. */
  readonly labels: readonly string[];
}

/** Every selector of series in a query. */
export function readSelectors(query: string): Selector[] {
  return selectorsWithin(parser.parse(query).topNode, query);
}

export interface Grouping {
  /** Labels that series are grouped or matched by. */
  readonly labels: readonly string[];
  /** What is grouped or matched. */
  readonly selectors: readonly Selector[];
}

/** Every place in a query where series are grouped, or matched with others, by labels. */
export function readGroupings(query: string): Grouping[] {
  return nodesWithin(parser.parse(query).topNode, GroupingLabels).map((node) => {
    // The clause that lists the labels belongs to an aggregation or an operator.
    const scope = node.parent?.parent;
    return {
      labels: nodesWithin(node, LabelName).map((label) => textOf(label, query)),
      selectors: scope ? selectorsWithin(scope, query) : [],
    };
  });
}

function selectorsWithin(scope: Node, query: string): Selector[] {
  return nodesWithin(scope, VectorSelector).map((node) => ({
    text: textOf(node, query),
    name: nodesWithin(node, Identifier).map((name) => textOf(name, query))[0] ?? "",
    labels: nodesWithin(node, LabelName).map((label) => textOf(label, query)),
  }));
}

function nodesWithin(scope: Node, kind: number): Node[] {
  const found: Node[] = [];
  const visit = (node: Node) => {
    if (node.type.id === kind) found.push(node);
    for (let child = node.firstChild; child !== null; child = child.nextSibling) visit(child);
  };
  visit(scope);
  return found;
}

function textOf({ from, to }: Node, query: string): string {
  return query.slice(from, to);
}

/**
 * The first so many of them in order, without sorting the rest; the array itself is left in another
 * order.
 */
export function selectFirst<T>(items: T[], count: number, compare: (a: T, b: T) => number): T[] {
  if (items.length > count) partition(items, count, compare);
  return items.slice(0, count).toSorted(compare);
}

/** Moves the first so many to the front, in any order (Hoare's quickselect). */
function partition<T>(items: T[], count: number, compare: (a: T, b: T) => number): void {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const pivot = items[(low + high) >> 1] as T;
    let [left, right] = [low, high];
    while (left <= right) {
      while (compare(items[left] as T, pivot) < 0) left += 1;
      while (compare(items[right] as T, pivot) > 0) right -= 1;
      if (left > right) break;
      [items[left], items[right]] = [items[right] as T, items[left] as T];
      left += 1;
      right -= 1;
    }
    if (count <= right) high = right;
    else if (count >= left) low = left;
    else return;
  }
}

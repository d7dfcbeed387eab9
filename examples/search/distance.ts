/** How many letters of `query` are wrong, too many or missing where `text` comes closest to it (Sellers' algorithm). */
export function distanceIn(query: string, text: string): number {
  const length = query.length;
  // distances[i]: of the first i letters of the query, ending at the present letter of the text.
  const distances = new Uint8Array(length + 1).map((_, letters) => letters);
  let least = length;
  for (const letter of text.toLowerCase()) {
    let before = 0;
    for (let at = 1; at <= length; at++) {
      const above = distances[at]!;
      const wrong = before + (query[at - 1] === letter ? 0 : 1);
      distances[at] = Math.min(wrong, above + 1, distances[at - 1]! + 1);
      before = above;
    }
    least = Math.min(least, distances[length]!);
  }
  return least;
}

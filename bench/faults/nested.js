/** A value of more levels than a small stack can read. */
export function nested() {
  let value = [];
  for (let level = 0; level < 5000; level++) value = [value];
  return value;
}

/** The name that was probably meant, if one is near enough: two letters of it, or a third, may differ. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  const [first] = names
    .map((name) => ({ name, distance: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowed(Math.max(wanted.length, name.length)))
    .sort((one, other) => one.distance - other.distance)
  return first?.name
}

const allowed = (length: number): number => (length < 4 ? 1 : Math.max(2, Math.floor(length / 3)))

/** Letters to be changed, added or left out (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [at, letter] of Array.from(from).entries()) {
    const next = [at + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

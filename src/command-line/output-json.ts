/** Outputs whose text is JSON already. */
const JSON_OUTPUTS = ['images', 'timings', 'metadata']

/** Outputs that are numbers. */
const NUMBERS = ['duration', 'cache-hits', 'cache-misses']

/** What came of a build, as one line of JSON: the action's outputs under their names, and the exit status. */
export function outputJson(outputs: ReadonlyMap<string, string>, exitCode: number): string {
  const entries = [...outputs].map(([name, text]) => [name, valueOf(name, text)] as const)
  return JSON.stringify({ ...Object.fromEntries(entries), 'exit-code': exitCode })
}

function valueOf(name: string, text: string): unknown {
  if (NUMBERS.includes(name)) return Number(text)
  return JSON_OUTPUTS.includes(name) ? (JSON.parse(text) as unknown) : text
}

/** Environment variables, as values. */
export type Environment = Readonly<Record<string, string | undefined>>

/** `kube-context` → `INPUT_KUBE-CONTEXT`, as GitHub's runner names it: blanks become underscores, dashes stay. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}

import type { ClusterChoice } from './build-request.ts'
import type { InputProblem } from './input-problem.ts'
import { listWithCommas } from './lines.ts'
import { gathered, type Parsed } from './parsed.ts'
import { parseBoolean, parseDnsLabel } from './scalars.ts'

/** What janitor/action.yml declares. */
export type CleanInput = 'kubeconfig' | 'kube-context' | 'namespaces' | 'dry-run'

/** What is to be cleaned. */
export interface CleanRequest {
  readonly cluster: ClusterChoice
  /** Each once; none: the namespaces that builds made for themselves. */
  readonly namespaces: readonly string[]
  readonly isDryRun: boolean
}

export type ReadCleanRequest =
  | { readonly kind: 'request'; readonly request: CleanRequest }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] }

/** What the user asks of the janitor, or everything that is wrong with it, all at once. */
export function readCleanRequest(inputs: (name: CleanInput) => string | undefined): ReadCleanRequest {
  const problems: InputProblem[] = []
  const read = <T>(input: CleanInput, parse: (text: string) => Parsed<T>, fallback: T): T => {
    const text = inputs(input)?.trim() ?? ''
    if (text === '') return fallback
    const result = parse(text)
    if (result.kind === 'value') return result.value
    problems.push(...result.problems.map((problem) => ({ input, ...problem })))
    return fallback
  }
  const request: CleanRequest = {
    // One that is given empty is told by whoever opens it.
    cluster: { kubeconfig: inputs('kubeconfig'), kubeContext: inputs('kube-context')?.trim() || undefined },
    namespaces: [...new Set(read('namespaces', parseNamespaces, []))],
    isDryRun: read('dry-run', parseBoolean, false),
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'request', request }
}

const parseNamespaces = (text: string) => gathered(listWithCommas(text).map(parseDnsLabel))

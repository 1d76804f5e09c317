import { ActionError } from '../failure/failure.ts'

/** An error of code `kubeconfig`. The words never hold a part of the configuration other than names. */
export function kubeconfigProblem(headline: string, ...cures: readonly string[]): ActionError {
  return new ActionError({
    code: 'kubeconfig',
    headline,
    details: [],
    cures: cures.length > 0 ? cures : [FRESH],
  })
}

const FRESH =
  'Compare the secret with a kubeconfig that works: kubectl --kubeconfig FILE config view; kubectl --kubeconfig FILE version.'

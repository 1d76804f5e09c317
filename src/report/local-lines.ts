import type { LocalPlan } from '../local/local-plan.ts'
import { shownSource } from '../plan/fetched-context.ts'
import type { LocalRequest } from '../request/build-request.ts'
import { credentialWords, field } from './log-lines.ts'

/** What is about to be done on the runner, for the log. `shown`: the tool and its version. */
export function localLines(request: LocalRequest, plan: LocalPlan, shown: string): readonly string[] {
  const { destinations, credentials, imageFiles, notes } = plan
  return [
    'Plan',
    field('builder', [shown, 'on the runner']),
    field('context', shownSource(request.context)),
    ...(destinations.length === 0 ? [field('push', 'no (`push: false`)')] : []),
    ...destinations.map((destination, at) => field(at === 0 ? 'push' : '', destination)),
    ...imageFiles.map(({ form, path }) => field('file', [path, form])),
    ...credentials
      .filter(({ from, uses }) => from !== undefined || uses.includes('push'))
      .map(({ registry, uses, from }) =>
        field('registry', [`${registry} (${uses.join(', ')})`, credentialWords(from)]),
      ),
    ...notes.map((note) => field('note', note)),
  ]
}

import type { InputReader } from './input-reader.ts'
import type { InputName } from './inputs.generated.ts'
import { refused } from './parsed.ts'

/** Inputs that a builder of the runner could follow in no way, and what to do instead. */
const REFUSED = {
  'kaniko-args': 'is for Kaniko; leave it out with a builder of the runner',
  registry: 'is a registry that pods alone can push to; leave it out with a builder of the runner',
  'cache-volume': 'is a volume of the cluster; leave it out with a builder of the runner',
  'registry-secret':
    'is a Secret of the cluster, which a builder of the runner does not read; give the credentials as registries',
} as const satisfies Partial<Record<InputName, string>>

/** Reads inputs that make no sense where a program of the runner builds. */
export function readRunnerInputs(reader: InputReader, isTemplate: boolean): void {
  for (const [input, words] of Object.entries(REFUSED)) {
    // Object.entries forgets what the keys are.
    reader.read(input as keyof typeof REFUSED, () => refused(words), undefined)
  }
  if (!isTemplate) return
  const problem = 'writes down a build in the cluster; set builder: kaniko or builder: buildkit'
  reader.report({ input: 'mode', value: 'template', problem })
}

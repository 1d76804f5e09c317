import { type Check, passed } from '../check.ts'
import { stageFinding } from '../stage-check.ts'

export const build: Check = {
  id: 'build',
  about:
    'The executor builds a real image of a few dozen instructions, FROM scratch, so that no base image is needed.',
  needs: ['cluster', 'rights'],
  run: (ports) =>
    stageFinding(ports.trial('request'), 'built', ({ digest }) =>
      passed(`an image is built, ${digest.slice(0, 'sha256:'.length + 12)}…`),
    ),
}

import { type Check, passed } from '../check.ts'
import { stageFinding } from '../stage-check.ts'

export const admission: Check = {
  id: 'admission',
  about:
    'The cluster lets the build’s pod in: Pod Security, quotas, limit ranges, policies and webhooks are all asked, by a real pod.',
  needs: ['cluster', 'rights'],
  run: (ports) =>
    stageFinding(ports.trial('request'), 'admitted', ({ userNamespace }) =>
      passed(`a build pod is let in${USER_NAMESPACE[userNamespace]}`),
    ),
}

const USER_NAMESPACE = {
  yes: ', in a user namespace',
  no: ', without a user namespace',
  // Where nodes may not be read it is tried.
  try: ', in a user namespace where its node has them',
} as const

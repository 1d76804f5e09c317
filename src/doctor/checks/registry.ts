import { type Check, type Finding, passed, skipped, warning } from '../check.ts'
import type { Milestones } from '../trial.ts'
import { stageFinding } from '../stage-check.ts'

export const registry: Check = {
  id: 'registry',
  about:
    'With `tags`: a pod finds the registry by its name, reaches it, trusts it and may push to it with the credentials given; the image is read back, and removed where the registry lets it. The tag is the doctor’s own, so that no image of yours is touched.',
  needs: ['cluster', 'rights'],
  async run(ports): Promise<Finding> {
    if (!ports.request.push) return skipped('no `tags` given: nothing is pushed')
    return withNameHint(await stageFinding(ports.trial('request'), 'pushed', told))
  },
}

/** As Go's resolver words it: `lookup NAME on SERVER: no such host`. */
const UNKNOWN_NAME = /\blookup (\S+)(?: on (\S+))?: (?:no such host|server misbehaving|.*timeout|.*refused)/

/** A name that DNS does not know is a cure of its own, before those for a registry that is not reached. */
function withNameHint(finding: Finding): Finding {
  const [, name, server] = UNKNOWN_NAME.exec((finding.cause ?? []).join('\n')) ?? []
  if (name === undefined) return finding
  const by = server === undefined ? '' : ` (${server})`
  const hint = `DNS as pods have it${by} does not know ${name}: is the name right, and does the cluster’s DNS work? \`host-aliases\` gives a name an address`
  return { ...finding, cures: [hint, ...(finding.cures ?? [])] }
}

function told({ images, confirmation }: Milestones['pushed']): Finding {
  const where = images.join(', ')
  if (confirmation?.kind === 'confirmed') return passed(`${where} pushed by the pod and read back from here`)
  if (confirmation === undefined) return passed(`${where} pushed by the pod`)
  return warning(`${where} pushed by the pod, but not read back: ${confirmation.why}`, {
    cause: ['a build’s digest is then as the executor reports it, and cannot be confirmed'],
    cures: [
      'let this machine reach the registry, and read from it with the same credentials; builds work without',
    ],
  })
}

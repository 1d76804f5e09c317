import { printImageReference } from '../request/image-reference.ts'
import { namesInStore } from './docker-commands.ts'
import { attestation } from '../plan/buildkit-args.ts'
import { commonArgs, contextArgs, type LocalDecided } from './local-decided.ts'
import type { LocalCommand } from './local-plan.ts'

/**
 * The commands that build, push and write files with nerdctl, in their order.
 * https://github.com/containerd/nerdctl/blob/main/docs/command-reference.md
 */
export function nerdctlCommands(decided: LocalDecided): readonly LocalCommand[] {
  const { request, tool } = decided
  const tags = namesInStore(decided)
  const command = (does: LocalCommand['does'], ...args: readonly string[]): LocalCommand => ({
    program: tool.program,
    args,
    env: {},
    does,
  })
  const unsafe = [...request.insecureRegistries, ...request.registryAccess.unverified]
  const pushes = request.tags.map((tag) => {
    const insecure = unsafe.includes(tag.registry) ? ['--insecure-registry'] : []
    const name = printImageReference(tag)
    return { ...command('push', ...insecure, 'push', name), destination: name }
  })
  const archives = decided.files
    .filter(({ form }) => form === 'docker')
    .map(({ temporary }) => command('write', 'save', `--output=${temporary}`, ...tags))
  return [command('build', ...buildArgs(decided, tags)), ...(request.push ? pushes : []), ...archives]
}

function buildArgs(decided: LocalDecided, tags: readonly string[]): readonly string[] {
  const { request, places, context, runUrl } = decided
  const { frontend } = request
  return [
    'build',
    '--progress=plain',
    `--iidfile=${places.imageId}`,
    ...commonArgs(decided),
    ...contextArgs(decided),
    ...frontend.entitlements.map((entitlement) => `--allow=${entitlement}`),
    ...(frontend.pull ? ['--pull'] : []),
    ...frontend.attestations.map((one) => {
      const [key, attributes] = attestation(one, runUrl)
      return `--attest=${['type=' + key.replace('attest:', ''), attributes].filter((part) => part !== '').join(',')}`
    }),
    ...tags.map((tag) => `--tag=${tag}`),
    context,
  ]
}

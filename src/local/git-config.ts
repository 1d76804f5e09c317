import { type GitCredentials, gitTokenFor } from '../plan/git-credentials.ts'
import { isGitUrl } from '../request/git-source.ts'
import type { LocalGrounds } from './local-grounds.ts'
import { engineOf } from './local-tool.ts'

/**
 * What the runner's git clones the context and the further ones with, by the
 * beginning of their addresses; nothing where BuildKit clones, which has secrets for it.
 */
export function clonesOf(
  { tool, request: { context, frontend }, secrets }: LocalGrounds,
  git: GitCredentials | undefined,
): ReadonlyMap<string, GitCredentials> {
  if (engineOf(tool) !== 'classic' && engineOf(tool) !== 'buildah') return new Map()
  const further = frontend.contexts.flatMap(({ source }) => {
    if (source.kind !== 'remote' || !isGitUrl(source.address)) return []
    const [, server, host = ''] = /^(https?:\/\/([^/?#]+))/i.exec(source.address) ?? []
    const found = gitTokenFor(host, secrets)
    return server === undefined || found === undefined ? [] : [[server, found] as const]
  })
  const first =
    context.kind === 'git' && git !== undefined
      ? [[`${context.scheme}://${context.location.split('/')[0] ?? ''}`, git] as const]
      : []
  return new Map([...further, ...first])
}

/** A git config by which git signs in, after what the user's own says. */
export function gitConfig(clones: ReadonlyMap<string, GitCredentials>, own: string | undefined): string {
  return [
    ...(own === undefined ? [] : ['[include]', `\tpath = ${quoted(own)}`]),
    ...[...clones].flatMap(([address, { token }]) => [
      `[http ${quoted(`${address}/`)}]`,
      `\textraHeader = "Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}"`,
    ]),
    '',
  ].join('\n')
}

/** A value in git's config; JSON's escapes of what an address or a path may hold are among git's. */
const quoted = (text: string): string => JSON.stringify(text)

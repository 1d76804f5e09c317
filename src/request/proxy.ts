import type { Environment, InputReader } from './input-reader.ts'
import { oneOf } from './one-of.ts'

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const

/**
 * The runner's proxies for the build, by the names of their variables; undefined
 * where they are not asked for. Programs read either spelling: each is given as both.
 */
export function readProxy(
  { read, report }: InputReader,
  environment: Environment,
): ReadonlyMap<string, string> | undefined {
  if (read('pod-proxy', oneOf('inherit', 'none'), 'none') === 'none') return undefined
  const found = VARIABLES.flatMap((name) => {
    const value = (environment[name] || environment[name.toLowerCase()])?.trim() ?? ''
    return value === '' ? [] : [[name, value] as const]
  })
  const withUser = found.find(([, value]) => /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?[^/\s]*@/i.test(value))
  if (withUser !== undefined) {
    const problem = `$${withUser[0]} of the runner has a user and a password in it, which everybody who may look at pods would see; name a proxy that needs none, or keep it in a Secret of a given namespace and set the variable by pod-template (env with valueFrom.secretKeyRef)`
    report({ input: 'pod-proxy', problem })
  }
  return new Map(
    found.flatMap(([name, value]) => [[name, value] as const, [name.toLowerCase(), value] as const]),
  )
}

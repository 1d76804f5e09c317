import { execFile } from 'node:child_process'

import { type DockerEntry, parseHelperAnswer } from '../plan/docker-config.ts'

/** What a credential helper said. */
export type HelperAnswer =
  | { readonly kind: 'found'; readonly entry: DockerEntry }
  /** It works, and has none for this registry. */
  | { readonly kind: 'none' }
  /** `why` completes «docker-credential-… », and quotes nothing of what it printed. */
  | { readonly kind: 'failed'; readonly why: string }

/** A helper that asks a person something would wait for ever. */
const LIMIT_MS = 30_000

/** No path, no option: only ever a program of that kind. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** In Docker's own words, which all helpers use: https://github.com/docker/docker-credential-helpers */
const NOT_FOUND = 'credentials not found in native keychain'

/**
 * Runs `docker-credential-NAME get` with a registry's key on its input.
 * Protocol: https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol
 */
export function askHelper(
  name: string,
  key: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<HelperAnswer> {
  if (!NAME.test(name)) return Promise.resolve({ kind: 'failed', why: 'is not the name of a program' })
  const env = Object.fromEntries(Object.entries(environment).filter(([variable]) => !isInput(variable)))
  return new Promise((resolve) => {
    const child = execFile(
      `docker-credential-${name}`,
      ['get'],
      { env, timeout: LIMIT_MS, maxBuffer: 1 << 20, signal },
      (error, stdout) => resolve(error ? failed(error, stdout) : answered(stdout)),
    )
    // A program that does not read it is judged by its end, not by the broken pipe.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(key)
  })
}

/** The action's own inputs, secrets among them, are no business of a helper. */
const isInput = (variable: string): boolean => variable.startsWith('INPUT_')

function answered(stdout: string): HelperAnswer {
  const entry = parseHelperAnswer(stdout)
  return entry === undefined
    ? { kind: 'failed', why: 'printed something else than credentials' }
    : { kind: 'found', entry }
}

function failed(
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
  stdout: string,
): HelperAnswer {
  if (stdout.trim() === NOT_FOUND) return { kind: 'none' }
  if (error.code === 'ENOENT') return { kind: 'failed', why: 'is not installed on this runner' }
  if (error.killed === true) return { kind: 'failed', why: `did not answer within ${LIMIT_MS / 1000} s` }
  const code = typeof error.code === 'number' ? ` (exit code ${error.code})` : ''
  return { kind: 'failed', why: `failed${code}` }
}

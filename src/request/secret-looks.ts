/**
 * Names that BuildKit's check SecretsUsedInArgOrEnv warns of as well.
 * Source: buildkit, frontend/dockerfile/dockerfile2llb/convert.go, v0.25.
 */
const SECRET_WORD = /(?:^|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i
const PUBLIC_WORD = /(?:^|_)public(?:_|$)/i

/** Beginnings that issuers of tokens chose so that they can be found where they should not be. */
const SECRET_VALUE =
  /-----BEGIN [A-Z ]*PRIVATE|(?:^|[^A-Za-z0-9])(?:(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|npm_|dckr_pat_|hvs\.)[\w-]{16}|A[KS]IA[A-Z0-9]{16})/

/** A warning for build-args that look like secrets, with the way that leaves nothing behind; none if none does. */
export function secretArgumentsWarnings(buildArgs: ReadonlyMap<string, string>): readonly string[] {
  const names = [...buildArgs].filter(looksSecret).map(([name]) => name)
  const [first] = names
  if (first === undefined) return []
  const subject =
    names.length === 1 ? `The build-arg ${first} looks` : `The build-args ${names.join(', ')} look`
  return [
    `${subject} like a secret. A build-arg is visible in the cluster and stays in the image's history. Give it as \`secrets: ${first}=…\` instead, and use it in the Dockerfile as \`RUN --mount=type=secret,id=${first} …\`, which reads it from /run/secrets/${first}.`,
  ]
}

function looksSecret([name, value]: readonly [string, string]): boolean {
  // An empty one is a secret that the workflow did not get: nothing is given away.
  if (value === '') return false
  return (SECRET_WORD.test(name) && !PUBLIC_WORD.test(name)) || SECRET_VALUE.test(value)
}

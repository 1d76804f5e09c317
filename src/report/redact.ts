/** Stands where something may have been secret. */
export const REDACTED = '(redacted)'

/** Fields of no use to people, or that repeat what is redacted elsewhere. */
const DROPPED_FIELDS: ReadonlySet<string> = new Set(['managedFields'])
const DROPPED_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'hybrid-kubernetes-build.io/owner-token',
])

/** A shorter text is in too many others to be looked for in them. */
const SHORTEST_COPY = 8

/**
 * A copy of objects of the cluster without what may be secret: values of
 * build-args and of the environment, what a flag's or a key's name says to be
 * secret, what looks like a token, and copies of all these in messages.
 */
export function redacted<T>(objects: T): T {
  const hidden = new Set<string>()
  const without = withoutSecrets(objects, '', (secret) => void hidden.add(secret))
  // Texts are replaced by texts, and only optional fields are dropped: it stays what it was.
  return withoutCopies(without, '', copiesOf(hidden)) as T
}

type Hide = (secret: string) => void

function withoutSecrets(value: unknown, field: string, hide: Hide): unknown {
  if (typeof value === 'string') return withoutTokens(value)
  if (Array.isArray(value)) return listWithoutSecrets(value, field, hide)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !DROPPED_FIELDS.has(name))
      .filter(([name]) => field !== 'annotations' || !DROPPED_ANNOTATIONS.has(name))
      .map(([name, inner]) => [name, withoutSecrets(inner, name, hide)]),
  )
}

function listWithoutSecrets(list: readonly unknown[], field: string, hide: Hide): readonly unknown[] {
  if (field === 'args' || field === 'command') {
    return list.map((each, at) => (typeof each === 'string' ? argument(each, list[at - 1], hide) : each))
  }
  if (field === 'env' || field === 'httpHeaders') return list.map((each) => variable(each, hide))
  return list.map((each) => withoutSecrets(each, '', hide))
}

/** Where a value comes from (`valueFrom`) is told; the value is not. */
function variable(entry: unknown, hide: Hide): unknown {
  if (!isRecord(entry) || typeof entry['value'] !== 'string') return withoutSecrets(entry, '', hide)
  hide(entry['value'])
  return { ...entry, value: REDACTED }
}

const SECRET_NAME =
  /pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|private)[-_]?key|(?:^|[-_.])(?:auth|pass|pwd|pat|key)$/i

/** What BuildKit's client takes as values of `--opt`: `build-arg:KEY=VALUE`, `context:NAME=ADDRESS`, … */
function option(text: string, hide: Hide): string {
  const [, kind = '', value = ''] = /^(build-arg|label):(.*)$/s.exec(text) ?? []
  if (kind !== '') return `${kind}:${flagValue(kind, value, hide)}`
  const [, name = '', address = ''] = /^(context(?::[^=]*)?)=(.*)$/s.exec(text) ?? []
  return name === '' ? withoutTokens(text) : `${name}=${flagValue('context', address, hide)}`
}

/** One argument; `before` is the one that a flag without `=` may stand in. */
function argument(text: string, before: unknown, hide: Hide): string {
  if (before === '--opt') return option(text, hide)
  const [, flag = '', value = ''] = /^--?([\w-]+)=(.*)$/s.exec(text) ?? []
  if (flag !== '') return text.slice(0, text.length - value.length) + flagValue(flag, value, hide)
  const [, name = ''] = (typeof before === 'string' && /^--?([\w-]+)$/.exec(before)) || []
  return name === '' || text.startsWith('-') ? withoutTokens(text) : flagValue(name, text, hide)
}

function flagValue(flag: string, value: string, hide: Hide): string {
  const query = flag === 'context' ? value.indexOf('?') : -1
  if (query >= 0) {
    // Of an address that is signed it is the key.
    hide(value.slice(query + 1))
    return `${value.slice(0, query + 1)}${REDACTED}`
  }
  const equals = value.indexOf('=')
  const key = equals < 0 ? '' : value.slice(0, equals)
  if (SECRET_NAME.test(flag) && flag !== 'build-arg') {
    hide(value)
    return REDACTED
  }
  if (key !== '' && (flag === 'build-arg' || SECRET_NAME.test(key))) {
    hide(value.slice(equals + 1))
    return `${key}=${REDACTED}`
  }
  return withoutTokens(value)
}

/**
 * Forms of the tokens of GitHub, GitLab, Slack, AWS, npm, PyPI and Docker Hub;
 * JSON Web Tokens; what follows `Bearer` or `Basic`; a URL's user and password.
 * None takes longer than the text's length allows: a token's first part has an end,
 * and spaces are looked back over only from what may be one.
 */
const TOKENS =
  /\b(?:gh[oprsu]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|npm_\w{16,}|pypi-[\w-]{16,}|dckr_pat_[\w-]{16,}|eyJ[\w-]{8,2048}\.[\w-]{8,}(?:\.[\w-]*)?)|(?=[\w.~+/=-]{16})(?<=\b(?:Bearer|Basic)\s+)[\w.~+/=-]+|(?<=:\/\/)[^/\s@"']+(?=@)/g

function withoutTokens(text: string): string {
  return text.replace(TOKENS, REDACTED)
}

/** Every form in which a redacted value may be quoted; the longest first, for one may be a part of another. */
function copiesOf(hidden: ReadonlySet<string>): readonly string[] {
  const forms = [...hidden].flatMap((secret) => {
    // In the Job's arguments `$` is doubled, in the process's it is not.
    const single = secret.replaceAll('$$', () => '$')
    return [secret, single, inJson(secret), inJson(single)]
  })
  return [...new Set(forms)]
    .filter((form) => form.length >= SHORTEST_COPY)
    .sort((one, other) => other.length - one.length)
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Only in free text: a word that happens to be a build-arg's value too may be an object's name. */
function withoutCopies(value: unknown, field: string, copies: readonly string[]): unknown {
  if (typeof value === 'string') {
    return field === 'message'
      ? copies.reduce((text, copy) => text.replaceAll(copy, () => REDACTED), value)
      : value
  }
  if (Array.isArray(value)) return value.map((each) => withoutCopies(each, field, copies))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutCopies(inner, name, copies)]),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import type { NamespaceChoice } from './build-request.ts'
import type { InputReader } from './input-reader.ts'
import type { InputName } from './inputs.generated.ts'
import { isSubdomain } from './label-syntax.ts'
import { listWithCommas } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

/** Reads the name of an object of the given namespace, and reports where there is none. */
export function readObjectName(
  reader: InputReader,
  input: InputName,
  namespace: NamespaceChoice,
): string | undefined {
  const name = reader.read(input, parseObjectName, undefined)
  if (name !== undefined) needNamespace(reader, input, name, namespace)
  return name
}

/** The same for a list of names. */
export function readObjectNames(
  reader: InputReader,
  input: InputName,
  namespace: NamespaceChoice,
): readonly string[] {
  const names = reader.read(input, (text) => gathered(listWithCommas(text).map(parseObjectName)), [])
  const [first] = names
  if (first !== undefined) needNamespace(reader, input, first, namespace)
  return [...new Set(names)]
}

/** Reads a name as most objects of Kubernetes have one: a DNS-1123 subdomain. */
export function parseObjectName(text: string): Parsed<string> {
  if (isSubdomain(text)) return parsed(text)
  return refused('not the name of an object in Kubernetes: lower case letters, digits, "-" and "."', text)
}

/** Reports that an input names an object of a namespace, where none is given. */
export function needNamespace(
  { problems, report }: InputReader,
  input: InputName,
  value: string,
  namespace: NamespaceChoice,
): void {
  const namespaceRefused = problems.some((problem) => problem.input === 'namespace')
  if (namespace.kind === 'given' || namespaceRefused) return
  const problem = 'is in an existing namespace, so that `namespace` is needed: the one that it is in'
  report({ input, value, problem })
}

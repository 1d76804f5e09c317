/**
 * What Kubernetes takes for the keys and values of labels, of which node
 * selectors and tolerations are made.
 * Grammar: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/
const LONGEST_NAME = 63
const LONGEST_SUBDOMAIN = 253

/** Whether `text` is a DNS-1123 subdomain: the name of most Kubernetes objects. */
export function isSubdomain(text: string): boolean {
  return text.length <= LONGEST_SUBDOMAIN && SUBDOMAIN.test(text)
}

/** What is wrong with a label's key, and the cure; undefined if nothing is. */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  if (slash >= 0 && !isSubdomain(key.slice(0, slash))) {
    return 'not a label’s key: what stands before "/" is a DNS name in lower case'
  }
  if (isName(name)) return undefined
  return `not a label’s key: [prefix/]name, the name of letters, digits, "-", "_" and ".", at most ${LONGEST_NAME}, a letter or digit at both ends`
}

/** The same for a label's value; an empty one is good. */
export function labelValueProblem(value: string): string | undefined {
  if (value === '' || isName(value)) return undefined
  return `not a label’s value: letters, digits, "-", "_" and ".", at most ${LONGEST_NAME}, a letter or digit at both ends`
}

const isName = (text: string): boolean => text.length <= LONGEST_NAME && NAME.test(text)

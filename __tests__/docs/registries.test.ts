import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'
import { type GivenInputs, problemsOf, requestOf } from '../request/given.ts'

const page = readFileSync(new URL('../../docs/registries.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text]),
)

interface Step {
  readonly uses?: string
  readonly with?: GivenInputs
}

/** The steps that build, with something in place of every expression. */
function examples(section: string): readonly GivenInputs[] {
  const blocks = [...section.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text)
  return blocks
    .flatMap((text) => [...text.matchAll(/( *)- uses: OWNER\/.*\n(?:\1 +.*\n)*/g)])
    .flatMap(([text]) => {
      const filled = text
        .replaceAll(/\$\{\{ toJSON\(.*?\) \}\}/g, '"a \\"password\\" #1"')
        .replaceAll('${{ github.repository }}', 'acme/backend')
        .replaceAll(/\$\{\{.*?\}\}/g, 'word')
        .replace('=word\n', '=a.pem\n')
      // A list of steps, as just matched.
      return (load(filled) as readonly Step[]).map((step) => step.with ?? {})
    })
}

test('has an example for each kind of registry', () => {
  expect([...sections.keys()]).toEqual([
    'GHCR',
    'Docker Hub',
    'Amazon ECR',
    'Google Artifact Registry',
    'Azure Container Registry',
    'Harbor',
    'GitLab',
    'Plain HTTP',
    'An authority of your own',
    'A Secret in the namespace',
  ])
})

test.each([...sections])('%s says whether it was tried, and is understood as it stands', (_, text) => {
  expect(text).toMatch(/Tried by us: \*\*(?:yes|no)\*\*/)
  expect(examples(text)).not.toEqual([])
  for (const inputs of examples(text)) {
    expect(INPUT_NAMES).toEqual(expect.arrayContaining(Object.keys(inputs)))
    expect(problemsOf(inputs)).toEqual([])
    const { credentials, secret, serviceAccount } = requestOf(inputs).registryAccess
    if (inputs['insecure-registries'] === undefined) {
      expect(credentials.length > 0 || secret !== undefined || serviceAccount !== undefined).toBe(true)
    }
  }
})

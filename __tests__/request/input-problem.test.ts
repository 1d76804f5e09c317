import { inputFailure } from '../../src/request/input-problem.ts'
import { containing } from './given.ts'

describe('a failure made of problems', () => {
  test('has a line for each, with names in a column', () => {
    const failure = inputFailure([
      { input: 'tags', value: 'Acme/App:1', problem: 'a repository name is lower case (acme/app:1)' },
      {
        input: 'resources',
        value: '2GB',
        problem: 'not a Kubernetes quantity; did you mean 2Gi or 2G?',
      },
      { input: 'kubeconfig', problem: 'is given but empty' },
    ])
    expect(failure).toEqual({
      code: 'input',
      headline: '3 inputs need attention.',
      details: [
        'tags        "Acme/App:1": a repository name is lower case (acme/app:1)',
        'resources   "2GB": not a Kubernetes quantity; did you mean 2Gi or 2G?',
        'kubeconfig  is given but empty',
      ],
      cures: [containing('docs/inputs.md')],
    })
  })

  test('counts inputs, not problems', () => {
    const problem = { input: 'tags', problem: 'x' } as const
    expect(inputFailure([problem, problem]).headline).toBe('1 input needs attention.')
  })

  test('shows a value on one line and of bounded length', () => {
    const value = `a\n::error::b\u001b[31m${'x'.repeat(500)}`
    const [line = ''] = inputFailure([{ input: 'tags', value, problem: 'x' }]).details
    expect(line).toMatch(/^tags {2}"a\\n::error::b\\u001b/)
    expect(line.length).toBeLessThan(120)
  })
})

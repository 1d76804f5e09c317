import { readCleanRequest } from '../../src/request/clean-request.ts'

const read = (inputs: Readonly<Record<string, string>>) => readCleanRequest((name) => inputs[name])

describe('what the janitor is asked', () => {
  test('is the namespaces that builds made for themselves, where nothing is said', () => {
    expect(read({ kubeconfig: 'auto', namespaces: '', 'dry-run': '' })).toEqual({
      kind: 'request',
      request: {
        cluster: { kubeconfig: 'auto', kubeContext: undefined },
        namespaces: [],
        isDryRun: false,
      },
    })
  })

  test('is each of the namespaces that are named, once', () => {
    const inputs = { namespaces: 'ci, cd\n# not this\nci\n', 'dry-run': 'True', 'kube-context': ' east ' }
    expect(read(inputs)).toMatchObject({
      request: { namespaces: ['ci', 'cd'], isDryRun: true, cluster: { kubeContext: 'east' } },
    })
  })

  test('is refused with all that is wrong, and never taken for everything', () => {
    expect(read({ namespaces: 'ci/../kube-system, Ok', 'dry-run': 'maybe' })).toMatchObject({
      kind: 'problems',
      problems: [
        { input: 'namespaces', value: 'ci/../kube-system' },
        { input: 'namespaces', value: 'Ok' },
        { input: 'dry-run', value: 'maybe' },
      ],
    })
  })
})

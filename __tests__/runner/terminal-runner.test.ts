import { terminalRunner } from '../../src/runner/terminal-runner.ts'

test('outside GitHub no workflow command is printed, least of all one that holds a secret', () => {
  const said: string[] = []
  const runner = terminalRunner({ 'INPUT_KUBE-CONTEXT': ' lab ' }, (line) => said.push(line))
  runner.mask('a-secret-of-the-kubeconfig')
  runner.group('Kaniko builds')
  const text = runner.untrusted()
  text.line('one\rtwo')
  text.end()
  runner.endGroup()
  runner.saveState('ledger', 'state')
  runner.output('digest', 'sha256:0')
  expect(said).toEqual(['> Kaniko builds', 'one', 'two', 'digest=sha256:0'])
  expect(runner.input('kube-context')).toBe('lab')
  expect(runner.input('namespace')).toBeUndefined()
})

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

test('what is to be hidden is shown nowhere, the whole of it before its parts', () => {
  const said: string[] = []
  const runner = terminalRunner({}, (line) => said.push(line))
  runner.mask('password')
  runner.mask('{"auth":"password"}')
  runner.info('a password, and a password')
  runner.untrusted().line('cat: {"auth":"password"}')
  runner.warning('password')
  runner.output('image', 'x/password')
  expect(said).toEqual(['a ***, and a ***', 'cat: ***', 'Warning: ***', 'image=x/***'])
})

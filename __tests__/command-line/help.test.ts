import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { helpText } from '../../src/command-line/help.ts'
import { helpOf, isBoolean } from '../../src/command-line/input-help.ts'
import { METHODS } from '../../src/command-line/parse-command.ts'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'

const help = (topic?: string): string => helpText(topic, METHODS) ?? ''

describe('the help', () => {
  test('has every input that works, with its meaning, its form and its default', () => {
    const text = help('build').replaceAll(/\s+/g, ' ')
    for (const name of INPUT_NAMES) {
      const entry = helpOf(name)
      if (entry === undefined) continue
      expect(text).toContain(`--${name}${isBoolean(name) ? '[=' : '=VALUE'}`)
      expect(text).toContain(entry.meaning.replaceAll(/`|\*\*/g, '').replaceAll(/\s+/g, ' '))
    }
  })

  test('is as wide as a terminal at most', () => {
    for (const topic of [undefined, 'build', 'clean', 'kaniko', 'migrate', 'registry']) {
      for (const line of help(topic).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  test('says what the contract says of exit statuses', () => {
    expect(help().replaceAll(/\s+/g, ' ')).toContain(
      '0 built, 1 build failed, 2 wrong usage or input, 3 cluster, tool or right missing, 4 defect of this program, 130 cancelled',
    )
  })

  test('there is none for what there is not', () => {
    expect(helpText('nope', METHODS)).toBeUndefined()
  })

  test('knows of each input in action.yml whether it is a switch', () => {
    const action = readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8')
    const booleans = [...action.matchAll(/^ {2}([\w-]+):\n(?: {4}.*\n|\n)*? {6}Form: boolean\n/gm)].map(
      ([, name]) => name,
    )
    expect(INPUT_NAMES.filter(isBoolean)).toEqual(booleans)
    expect(booleans).toContain('push')
  })
})

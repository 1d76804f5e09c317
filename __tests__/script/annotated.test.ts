import { JSDOM } from 'jsdom'

import { annotatedFile } from '../../script/picture/annotated.ts'

const LOG = [
  'Plan',
  '::error title=Image not built%3A run-failed,file=app/Dockerfile,line=2,endLine=3::It failed.%0A| <b>',
  '::warning title=StageNameCasing,file=app/Dockerfile,line=1,endLine=1::Stage names are lower case',
  '::error title=Other,file=other,line=1::not here',
].join('\n')

const SOURCE = 'FROM a AS B\nRUN x \\\n  <y>\nCMD z\n'

test('a file is shown with the annotations that a step printed for it, at the ends of their lines', () => {
  const { DOMParser } = new JSDOM('').window
  const page = new DOMParser().parseFromString(annotatedFile(LOG, 'app/Dockerfile', SOURCE), 'text/html').body
  const shown = [...page.querySelectorAll('tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()).join(' '),
  )
  expect(shown).toEqual([
    '1 FROM a AS B',
    ' Check warning on line 1StageNameCasingStage names are lower case',
    '2 RUN x \\',
    '3 <y>',
    ' Check failure on lines 2 to 3Image not built: run-failedIt failed.| <b>',
    '4 CMD z',
  ])
  expect([...page.querySelectorAll('tr.error')]).toHaveLength(2)
  // Of the messages' own text nothing has become an element.
  expect([...page.querySelectorAll('b')]).toHaveLength(2)
})

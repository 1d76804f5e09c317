import { render } from 'preact'
import { useState } from 'preact/hooks'

import { countOf } from './count.js'

function Counter() {
  const [count, setCount] = useState(0)
  return (
    <main>
      <h1>Built inside a Kubernetes cluster</h1>
      <button onClick={() => setCount(count + 1)}>{countOf(count)}</button>
    </main>
  )
}

render(<Counter />, document.body)

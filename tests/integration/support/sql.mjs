// SQL on database files, by the little program beside the tests. A look starts no process, since tests look until
// something is there: one process, started with the first statement, runs all of a test file's.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'

const SQL = process.env.KERBSIDE_SQL

let runner
const waiting = [] // for their answers, in the order of their statements

function start () {
  if (!SQL) throw new Error('the variable KERBSIDE_SQL must name the tests\' SQL runner')
  runner = spawn(SQL, [], { stdio: ['pipe', 'pipe', 'inherit'] })
  let parts = ['']
  runner.stdout.setEncoding('utf8').on('data', piece => {
    const [first, ...more] = piece.split('\0')
    parts[parts.length - 1] += first
    parts.push(...more)
    while (parts.length > 2) {
      const [rows, wrong, ...rest] = parts
      parts = rest
      waiting.shift().resolve({ rows, wrong })
    }
    hold()
  })
  runner.on('error', fail).on('close', () => fail(new Error('the SQL runner ended')))
  runner.stdin.on('error', fail)
  runner.unref()
  runner.stdin.unref()
}

function fail (error) {
  for (const one of waiting.splice(0)) one.reject(error)
  runner = null
}

// Only who waits for an answer keeps the test's process alive.
function hold () {
  if (waiting.length) runner.stdout.ref()
  else runner.stdout.unref()
}

// Runs one statement on a database: rows of texts.
export async function sql (file, statement) {
  if (!runner) start()
  const answer = new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  hold()
  runner.stdin.write(`${file}\0${statement}\0`)
  const { rows, wrong } = await answer
  assert.equal(wrong, '', `${statement}: ${wrong}`)
  return rows.split('\n').slice(0, -1).map(line => line.split('\t'))
}

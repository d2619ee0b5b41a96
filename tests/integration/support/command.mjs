// Runs the binary to its end, for the commands that need no world around them. KERBSIDE is the binary.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const SMALL_KB = fileURLToPath(new URL('../../data/kb', import.meta.url))
export const CORPUS = fileURLToPath(new URL('../../corpus', import.meta.url))
const config = fileURLToPath(new URL('../../../config/demo.json', import.meta.url))

assert.ok(process.env.KERBSIDE, 'KERBSIDE must name the binary')

export function run (args, input = '') {
  const r = spawnSync(process.env.KERBSIDE, args, {
    input, env: { ...process.env, KERBSIDE_CONFIG: config }, maxBuffer: 1 << 28
  })
  assert.equal(r.error, undefined)
  assert.equal(r.signal, null, `killed by ${r.signal}: ${r.stderr}`)
  return { status: r.status, out: r.stdout.toString('utf8'), err: r.stderr.toString('utf8') }
}

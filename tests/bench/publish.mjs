// What publishing costs those who write meanwhile: a stream of messages with the shipped knowledge base, without
// anything published, while reworded replies are published one after the other, and while one is published that
// teaches something new, so that the second opinion is trained. Prints the delay from a message to what the desk
// is told of it, how long a publication takes, and whether a message was lost or decided by half a version.
//
//   KERBSIDE=… KERBSIDE_SQL=… node tests/bench/publish.mjs [seconds a phase] [messages a second]
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Desk } from '../integration/support/desk.mjs'
import { addEditor, edit, goesLive, publish, saidBy, says } from '../integration/support/editor.mjs'
import { PASSWORD, run } from '../integration/support/kerbside.mjs'
import { pause, until } from '../integration/support/wait.mjs'
import { openWorld } from './worlds.mjs'

const seconds = Number(process.argv[2] ?? 20)
const everyMs = 1000 / Number(process.argv[3] ?? 20)
const PATIENT = { ms: 600000 } // training on a busy machine

const MISSED = '@NorthmoorHelp my green bin hasn\'t been emptied, Elm Close'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'

const models = mkdtempSync(join(tmpdir(), 'kerbside-models-')) // what is trained here stays here
cpSync('build/release/models', models, { recursive: true })
const w = await openWorld('activity', { poll_every_ms: 3600000 }, {}, { models })
const added = await run(['staff', 'add', 'sam', '--name', 'Sam Reed', '--initials', 'SR', '--config', w.kerbside.config],
  { input: PASSWORD + '\n' })
if (added.status !== 0) throw new Error(added.err)
await addEditor(w.kerbside, 'edie', 'Edie Hall', 'EH')
const sam = await Desk.open(w.kerbside, { login: 'sam' })
const edie = await Desk.open(w.kerbside, { login: 'edie' })

const askedAt = new Map() // by handle
const delays = new Map()
sam.socket.on('text', text => {
  const handle = text.includes('"case.opened"') && JSON.parse(text).case.resident.handle
  if (askedAt.has(handle)) delays.set(handle, performance.now() - askedAt.get(handle))
})

let written = 0
let phase = 0

// A question, of which the desk is told, and a message that is answered, in turn, until `work` is done and the time is up.
async function stream (what, work) {
  const handles = []
  const sent = []
  const from = performance.now()
  const working = { done: false }
  const worked = work().then(said => { working.done = true; return said })
  phase++
  for (let n = 0; !working.done || performance.now() - from < seconds * 1000; n++) {
    const handle = `p${phase}_${n}`
    if (n % 2) askedAt.set(handle, performance.now())
    if (n % 2) handles.push(handle)
    sent.push(w.x.says(handle, n % 2 ? QUESTION : MISSED))
    written++
    await pause(Math.max(0, from + (n + 1) * everyMs - performance.now()))
  }
  const said = await worked
  await Promise.all(sent)
  await until('all cases', () => handles.every(handle => delays.has(handle)))
  const took = handles.map(handle => delays.get(handle)).sort((a, b) => a - b)
  const at = part => `${took[Math.min(took.length - 1, Math.floor(took.length * part))].toFixed(1)} ms`
  console.log(`${what}: ${sent.length} messages, median ${at(0.5)}, 99th percentile ${at(0.99)}, worst ${at(1)}${said}`)
}

const words = new Map()

async function publishOnce (n, change) {
  await edit(edie, 'intent', 'bins.missed', body => {
    says(`Wording ${n}.`)(body)
    change?.(body)
  })
  const from = performance.now()
  const version = await goesLive(edie, await publish(edie, `Wording ${n}`), PATIENT)
  words.set(version, `Wording ${n}.`)
  return performance.now() - from
}

await stream('warming up', async () => '')
await stream('nothing published', async () => '')
await stream('replies reworded', async () => {
  const took = []
  const from = performance.now()
  for (let n = 0; performance.now() - from < seconds * 1000; n++) took.push(await publishOnce(n))
  took.sort((a, b) => a - b)
  return `; ${took.length} versions, each live after ${Math.round(took[took.length >> 1])} ms (worst ${Math.round(took.at(-1))} ms)`
})
await stream('one with training', async () => {
  const took = await publishOnce('with training', body => { body.teach = [...(body.teach ?? []), 'they drove straight past our bins'] })
  return `; live after ${(took / 1000).toFixed(1)} s`
})

const [[decided]] = await w.kerbside.sql('SELECT count(*) FROM decision')
const said = await saidBy(w.kerbside, 'bins.missed')
const torn = said.filter(([version, reply]) => words.has(version) && words.get(version) !== reply)
console.log(`${written} written, ${decided} decided, ${written - Number(decided)} lost; ` +
  `${said.length} answered by ${new Set(said.map(([version]) => version)).size} versions, ${torn.length} not in their version's words`)
await Promise.all([sam.close(), edie.close()])
await w.close()
rmSync(models, { recursive: true })

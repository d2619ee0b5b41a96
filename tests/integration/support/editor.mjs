// What an editor does at the console: changes an item of the knowledge base, publishes, waits until it is live.

import assert from 'node:assert/strict'
import { PASSWORD, run } from './kerbside.mjs'

const ENDED = ['published', 'refused', 'withdrawn']

export async function addEditor (kerbside, login, name, initials) {
  const { status, err } = await run(['staff', 'add', login, '--name', name, '--initials', initials,
    '--role', 'editor', '--config', kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
}

// Saves the item changed by `change`, over whatever is drafted of it.
export async function edit (desk, kind, item, change) {
  const now = await desk.ask('kb_item', { kind, item })
  const body = structuredClone(now.draft ?? now.live)
  change(body)
  const saved = await desk.ask('kb_save', { kind, item, revision: now.revision, live: now.version, body })
  assert.equal(saved.type, 'ok', JSON.stringify(saved))
}

// For `edit`: an intent that has these words, and no others, in front of its link.
export const says = words => body => { body.replies = [`${words} {link}`] }

// Proposes all of the draft; the proposal's number.
export async function publish (desk, note, at = null) {
  const { revision } = await desk.ask('kb')
  const answer = await desk.ask('kb_publish', { note, at, revision })
  assert.equal(answer.type, 'ok', JSON.stringify(answer))
  return answer.proposal
}

export async function proposal (desk, id) {
  return (await desk.ask('kb')).proposals.find(each => each.id === id)
}

// The proposal once it has ended. What ends one is told of.
export async function ended (desk, id, options) {
  let found = null
  let told = -1
  await desk.until(`an end of proposal ${id}`, async () => {
    if (desk.events.length > told) {
      told = desk.events.length
      found = await proposal(desk, id)
    }
    return ENDED.includes(found.state)
  }, options)
  return found
}

// The number of the version that it becomes.
export async function goesLive (desk, id, options) {
  const found = await ended(desk, id, options)
  assert.equal(found.state, 'published', found.error)
  return found.version
}

// Of all that was decided by the intent: [the version that did, the words said, without a handle in front and the
// link behind].
export async function saidBy (kerbside, intent) {
  const rows = await kerbside.sql(`SELECT d.kb_version, p.body FROM decision d JOIN reply p
    ON p.message_id=d.message_id WHERE d.intents='["${intent}"]' ORDER BY d.message_id`)
  return rows.map(([version, body]) => [Number(version), body.replace(/^@\S+ | https:.*/g, '')])
}

#!/usr/bin/env node
// Plays a scenario on a sandbox and prints where requests or answers differ from X's published
// OpenAPI document:
//
//   node tests/sandbox/openapi-check.mjs openapi.json

import { startSandbox } from './sandbox.mjs'
import { Client } from './testing.mjs'

async function scenario (x, { control, write }) {
  const sam = await write({ handle: 'sam', text: '@NorthmoorHelp my bin & more #bins' })
  const long = await write({ handle: 'jo', text: '@NorthmoorHelp ' + 'word '.repeat(80) })
  await control(`posts/${long}/edit`, { text: '@NorthmoorHelp ' + 'words '.repeat(80) })
  const gone = await write({ handle: 'al', text: '@NorthmoorHelp never mind' })
  await write({ handle: 'mo', text: '@NorthmoorHelp as he says', in_reply_to: gone, quote: sam })
  await write({ handle: 'ed', repost: sam })
  const hidden = await write({ handle: 'ed', text: '@NorthmoorHelp hello' })
  const withheld = await write({ handle: 'mo', text: '@NorthmoorHelp hello' })
  await control(`posts/${gone}/delete`)
  await control(`posts/${withheld}/withhold`)
  const post = (body, headers) => x('POST', '/2/tweets', { body, headers })
  const reply = await post({
    text: 'See https://northmoor.example', reply: { in_reply_to_tweet_id: sam }
  })
  const us = '1500000000000000001'
  const old = 'tweet.fields=author_id,conversation_id,created_at,entities,in_reply_to_user_id,' +
    'referenced_tweets,note_tweet,public_metrics,display_text_range,edit_controls,lang,source,' +
    'reply_settings,possibly_sensitive,edit_history_tweet_ids' +
    '&expansions=author_id,referenced_tweets.id,in_reply_to_user_id,entities.mentions.username,' +
    'edit_history_tweet_ids'
  const now = 'post.fields=conversation_id,created_at,entities,note_post,public_metrics,' +
    'display_text_range,edit_controls,lang,source,reply_settings,possibly_sensitive' +
    '&expansions=author_id,referenced_posts,in_reply_to_user_id,entities.mentions.username,' +
    'edit_history_post_ids,username'
  const users = 'user.fields=created_at,description,location,name,profile_image_url,protected,' +
    'public_metrics,receives_your_dm,url,username,verified,verified_type'
  for (const view of ['', old, now, users, `${old}&${users}`, `${now}&${users}`]) {
    await x('GET', `/2/users/${us}/mentions?max_results=5&${view}`)
    await x('GET', `/2/users/${us}/tweets?exclude=retweets&${view}`)
    await x('GET', `/2/tweets?ids=${sam},${long},${gone},${hidden},${withheld}&${view}`)
    await x('GET', `/2/tweets/${long}?${view}`)
    await x('GET', `/2/tweets/search/recent?query=from:sam%20OR%20from:jo&${view}`)
  }
  const page = await x('GET', `/2/users/${us}/mentions?max_results=5&since_id=1` +
    `&until_id=${reply.data.id}` +
    '&start_time=2026-01-01T00:00:00Z&end_time=2099-01-01T00:00:00Z')
  if (page.meta.next_token) {
    await x('GET', `/2/users/${us}/mentions?max_results=5&pagination_token=${page.meta.next_token}`)
  }
  await control('users/ed', { state: 'protected' })
  await control('users/al', { state: 'suspended' })
  for (const id of [hidden, gone]) await x('GET', `/2/tweets/${id}?${now}`)
  const { data: { id } } = await x('GET', '/2/users/me?user.fields=public_metrics')
  await x('GET', `/2/users/${id}?${users}`)
  await x('GET', `/2/users/${id}?expansions=pinned_post_id&post.fields=text`)
  await x('GET', `/2/users?ids=${id},1`)
  await post({ text: 'Hello', made_with_ai: false, reply_settings: 'following' })
  // Refusals: 400, 401, 403 and 404.
  await post({ text: 'Hello' })
  await post({ text: 'Hello', colour: 'red' })
  await post({ text: 'Hi' }, { authorization: 'Bearer sandbox-app-token' })
  await x('GET', `/2/users/${us}/mentions?max_results=1`)
  await x('GET', '/2/users/me', { headers: { authorization: 'Bearer nobody' } })
  await x('DELETE', `/2/tweets/${reply.data.id}`)
  await x('DELETE', `/2/tweets/${reply.data.id}`)
  await messages(x, control)
  // Of what differs between X's pages, what its document has.
  await control('settings', { rules_status: 200, subscription_answer: 'subscription' })
  await realTime(x, us)
}

async function messages (x, control) {
  await control('messages', { handle: 'kit', text: 'A secret' })
  await control('messages', { handle: 'kit', event_type: 'ParticipantsJoin' })
  const view = 'dm_event.fields=id,text,event_type,created_at,dm_conversation_id' +
    '&expansions=sender_id,participant_ids&user.fields=receives_your_dm'
  const { data, includes } = await x('GET', `/2/dm_events?${view}`)
  const kit = includes.users.find(({ username }) => username === 'kit').id
  await x('GET', '/2/dm_events?max_results=1&event_types=MessageCreate,ParticipantsLeave')
  await x('GET', `/2/dm_conversations/with/${kit}/dm_events?${view}`)
  await x('GET', `/2/dm_events/${data[0].id}?${view}`)
  await x('POST', `/2/dm_conversations/with/${kit}/messages`, { body: { text: 'Hello' } })
  await x('DELETE', `/2/dm_events/${data[0].id}`)
  await x('GET', `/2/dm_events/${data[0].id}`)
  await control('messages/door', { handle: 'kit', closed: 'no_permission' })
  await x('POST', `/2/dm_conversations/with/${kit}/messages`, { body: { text: 'Hello' } })
}

async function realTime (x, us) {
  const app = { headers: { authorization: 'Bearer sandbox-app-token' } }
  const rules = '/2/tweets/search/stream/rules'
  const change = (query, body) => x('POST', rules + query, { ...app, body })
  const add = [{ value: 'bins', tag: 'waste' }, { value: 'bins' }, { value: 'is:reply' }]
  await x('GET', '/2/tweets/search/stream', app)
  const { data: [rule] } = await change('?dry_run=false', { add })
  await x('GET', `${rules}?max_results=5&ids=${rule.id}`, app)
  await x('GET', `${rules}/counts`, app)
  await change('', { delete: { ids: [rule.id, '1'] } })
  await change('?delete_all=true', {})
  const fields = 'client_ip,connected_at,disconnect_reason,disconnected_at,endpoint_name,id'
  await x('GET', `/2/connections?status=all&connection.fields=${fields}`, app)
  await x('DELETE', '/2/connections/all', app)
  const subscriptions = '/2/activity/subscriptions'
  const body = { event_type: 'post.mention.create', filter: { user_id: us }, tag: 'mentions' }
  const { data: { subscription } } = await x('POST', subscriptions, { body })
  const id = subscription.subscription_id
  await x('POST', subscriptions, { body })
  await x('POST', subscriptions, { ...app, body: { ...body, event_type: 'dm.sent' } })
  await x('GET', `${subscriptions}?max_results=1000`, app)
  await x('PUT', `${subscriptions}/${id}`, { ...app, body: { tag: 'other' } })
  await x('DELETE', `${subscriptions}?ids=1`, app)
  await x('DELETE', `${subscriptions}/${id}`, app)
  await x('DELETE', `${subscriptions}/${id}`, app)
  await x('GET', '/2/webhooks?webhook_config.fields=created_at,id,url,valid', app)
  await x('POST', '/2/webhooks', { ...app, body: { url: 'http://northmoor.example/' } })
  await x('DELETE', '/2/webhooks/1', app)
}

async function main ([file]) {
  if (!file) {
    process.stderr.write('usage: openapi-check.mjs OPENAPI.json\n')
    process.exitCode = 2
    return
  }
  const sandbox = await startSandbox({ openapi: file, searchLag: 0, limits: 'off' })
  const client = new Client(sandbox.url)
  const x = async (method, path, options) => (await client.send(method, path, options)).json
  const control = (path, body) => client.control('POST', path, body)
  const write = async body => (await control('posts', body)).json.id
  await scenario(x, { control, write })
  const asked = await client.requests()
  await sandbox.stop()
  const found = new Set(asked.flatMap(({ differs = [] }) => differs))
  for (const each of found) process.stdout.write(each + '\n')
  process.stdout.write(`${asked.length} exchanges, ${found.size} differences\n`)
  process.exitCode = found.size ? 1 : 0
}

await main(process.argv.slice(2))

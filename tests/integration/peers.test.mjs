// A client that others wrote, npm's twitter-api-v2, at work on the sandbox: what it takes for X's API is what the
// sandbox speaks. The program has no part in this.

import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { startSandbox } from '../sandbox/sandbox.mjs'
import { Resident, US } from './support/kerbside.mjs'

const { TwitterApi } = createRequire(new URL('../peers/package.json', import.meta.url))('twitter-api-v2')

const CALLBACK = 'http://127.0.0.1:8089/callback'
const SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'dm.read', 'dm.write', 'offline.access']

// It knows no other protocol; which one is spoken follows from the address all the same.
https.request = http.request

async function peer (t) {
  const sandbox = await startSandbox({ limits: 'real', searchLag: 0, openapi: process.env.X_OPENAPI })
  t.after(() => sandbox.stop())
  const toSandbox = address => address.replace(/^https:\/\/(api\.)?x\.com\//, sandbox.url)
  const plugin = {
    onBeforeRequestConfig ({ params }) {
      if (new URL(params.url).pathname.startsWith('/oauth/')) params.forceParseMode = 'url'
      params.url = toSandbox(params.url)
    }
  }
  const x = new Resident(sandbox.url)
  return {
    x,
    client: tokens => new TwitterApi(tokens, { plugins: [plugin] }),
    // The account presses the button: what the address it is led to says.
    async agree (address) {
      const { json } = await x.control('POST', 'identity/authorize', { url: toSandbox(address) })
      return new URL(json.redirect).searchParams
    }
  }
}

// That its answers reach us in its own types is its business; what counts is that it gets through all of them.
async function works ({ x }, { v2 }) {
  assert.equal((await v2.me()).data.username, 'NorthmoorHelp')

  const asked = await x.says('elm_close_sam', '@NorthmoorHelp my green bin has not been emptied')
  const others = []
  for (let n = 0; n < 6; n++) others.push(await x.says(`neighbour_${n}`, `@NorthmoorHelp mine neither, number ${n}`))
  const mentions = await v2.userMentionTimeline(US, {
    max_results: 5, 'tweet.fields': 'created_at,conversation_id', expansions: 'author_id'
  })
  assert.equal(mentions.tweets.length, 5)
  await mentions.fetchNext()
  assert.deepEqual(mentions.tweets.map(({ id }) => id), [asked, ...others].reverse())
  assert.equal(mentions.includes.author(mentions.tweets.at(-1)).username, 'elm_close_sam')
  assert.equal(mentions.rateLimit.remaining < mentions.rateLimit.limit, true)

  const { data: said } = await v2.reply('Sorry about that. Tell us at https://northmoor.example/missed-bin', asked)
  const { data: post } = await v2.tweet('The tip is open until six today.')
  await assert.rejects(v2.tweet('The tip is open until six today.'),
    ({ code, data }) => code === 403 && /duplicate content/.test(data.detail))
  assert.deepEqual((await v2.userTimeline(US)).tweets.map(({ id }) => id), [post.id, said.id])
  const thread = await v2.search(`conversation_id:${asked}`, { 'tweet.fields': 'referenced_tweets' })
  assert.deepEqual(thread.tweets.map(({ id }) => id), [said.id, asked])
  assert.deepEqual(thread.tweets[0].referenced_tweets, [{ type: 'replied_to', id: asked }])

  await x.control('POST', `posts/${others[0]}/delete`)
  const found = await v2.tweets([asked, others[0]])
  assert.deepEqual(found.data.map(({ id }) => id), [asked])
  assert.match(found.errors[0].type, /\/problems\/resource-not-found$/)
  assert.equal((await v2.singleTweet(asked)).data.id, asked)
  assert.deepEqual((await v2.deleteTweet(post.id)).data, { deleted: true })
  assert.deepEqual((await x.ours()).map(({ id }) => id), [said.id])

  await x.control('POST', 'messages', { handle: 'kit', text: 'Whom do I ask about a blue badge?' })
  const { events } = await v2.listDmEvents({
    'dm_event.fields': 'created_at,dm_conversation_id,text', expansions: 'sender_id'
  })
  assert.deepEqual(events.map(({ text }) => text), ['Whom do I ask about a blue badge?'])
  const kit = events[0].sender_id
  const answer = 'Us. https://northmoor.example/badge (privacy: https://northmoor.example/privacy; say STOP to end this)'
  const sent = await v2.sendDmToParticipant(kit, { text: answer })
  const between = await v2.listDmEventsWithParticipant(kit)
  assert.deepEqual(between.events.map(({ id }) => id), [sent.data.dm_event_id, events[0].id])
}

// Breaks these rules and no others: what was provoked, and its own habits.
async function violates ({ x }, expected) {
  const broken = (await x.requests()).filter(({ violation }) => violation)
  assert.deepEqual([...new Set(broken.map(({ path, violation }) => `${path}: ${violation}`))].sort(), expected)
}

test('by OAuth 1.0a: logs in by a callback, reads, posts and deletes', async t => {
  const w = await peer(t)
  const app = { appKey: 'sandbox-consumer', appSecret: 'sandbox-consumer-secret' }
  const link = await w.client(app).generateAuthLink(CALLBACK)
  const agreed = await w.agree(link.url)
  assert.equal(agreed.get('oauth_token'), link.oauth_token)
  const login = await w.client({ ...app, accessToken: link.oauth_token, accessSecret: link.oauth_token_secret })
    .login(agreed.get('oauth_verifier'))
  assert.deepEqual([login.userId, login.screenName], [US, 'NorthmoorHelp'])
  await works(w, login.client)
  await violates(w, ['/2/tweets: duplicate text'])
})

test('by OAuth 2.0: logs in with PKCE, reads, posts and deletes, renews its token and ends it', async t => {
  const w = await peer(t)
  const app = w.client({ clientId: 'sandbox-public-client' })
  const { url, state, codeVerifier } = app.generateOAuth2AuthLink(CALLBACK, { scope: SCOPES })
  const agreed = await w.agree(url)
  assert.equal(agreed.get('state'), state)
  const login = await app.loginWithOAuth2({ code: agreed.get('code'), codeVerifier, redirectUri: CALLBACK })
  assert.deepEqual(login.scope.sort(), [...SCOPES].sort())
  await works(w, login.client)

  const renewed = await app.refreshOAuth2Token(login.refreshToken)
  assert.equal((await renewed.client.v2.me()).data.id, US)
  await app.revokeOAuth2Token(renewed.accessToken)
  await assert.rejects(renewed.client.v2.me(), ({ code }) => code === 401)
  // It sends JSON where RFC 6749 and X's pages have a form; the sandbox takes it, as X does, and says so.
  await violates(w, ['/2/oauth2/revoke: JSON where a form belongs', '/2/oauth2/token: JSON where a form belongs',
    '/2/tweets: duplicate text', '/2/users/me: wrong or missing bearer token'])
})

test('the app: gets its bearer token, and reads', async t => {
  const w = await peer(t)
  const app = { appKey: 'sandbox-consumer', appSecret: 'sandbox-consumer-secret' }
  const { v2 } = await w.client(app).appLogin()
  const asked = await w.x.says('elm_close_sam', '@NorthmoorHelp my green bin has not been emptied')
  assert.deepEqual((await v2.userMentionTimeline(US)).tweets.map(({ id }) => id), [asked])
  await assert.rejects(v2.tweet('Hello'), ({ code, data }) =>
    code === 403 && /unsupported-authentication$/.test(data.type))
})

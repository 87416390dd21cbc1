import { expect, it } from 'vitest'

import { parseProjectUrl } from './project-url.ts'

it.each([
  ['https://abc.supabase.co', 'https://abc.supabase.co'],
  ['supabase:https://abc.supabase.co/', 'https://abc.supabase.co'],
  ['SUPABASE:https://ABC.supabase.co/rest/v1/', 'https://abc.supabase.co'],
  ['supabase:http://127.0.0.1:54321', 'http://127.0.0.1:54321'],
  ['http://localhost:54321', 'http://localhost:54321'],
  ['http://[::1]:54321', 'http://[::1]:54321'],
])('reads %s', (text, url) => {
  expect(parseProjectUrl(text)).toEqual({ url, location: `supabase:${url}` })
})

it.each([
  ['', 'no URL'],
  ['supabase:', 'no URL'],
  ['supabase:abc.supabase.co', 'no URL'],
  ['supabase:postgres://me:hush@db.abc.supabase.co/postgres', 'neither https: nor http:'],
  ['supabase:https://me:hush@abc.supabase.co', 'user or a password'],
  ['supabase:https://abc.supabase.co/hush', 'more behind the host'],
  ['supabase:https://abc.supabase.co?apikey=hush', 'more behind the host'],
  ['supabase:http://hush.supabase.co', 'without encryption'],
  ['supabase:http://127.0.0.1.hush.example', 'without encryption'],
])('refuses %j and shows nothing of it', (text, why) => {
  const parse = (): unknown => parseProjectUrl(text)
  expect(parse).toThrow(expect.objectContaining({ failure: { kind: 'bad-url', scheme: 'supabase' } }))
  expect(parse).toThrow(why)
  expect(parse).not.toThrow(/hush/)
})

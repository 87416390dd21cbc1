import { notificationJson } from '../notification-text.ts'
import type { Channel } from './channel.ts'
import { type DeliveryOptions, postJson } from './deliver.ts'

/** Posts notifications as JSON to any address, which may hold a secret. */
export function createWebhookChannel(
  { name, url, source }: { readonly name: string; readonly url: string; readonly source: string },
  options: DeliveryOptions,
): Channel {
  return {
    name,
    send: (notification, signal) => postJson(url, notificationJson(notification, source), options, signal),
  }
}

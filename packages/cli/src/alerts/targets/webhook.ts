import { jsonText } from '@ethogram/report';
import { fillTemplate } from '../alert-template.js';
import type { AlertTarget } from '../delivery.js';
import { httpPost } from './http-post.js';

/** How a webhook wants its alerts. */
export interface WebhookSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** Absent: the alert as a JSON object. */
  readonly template: string | undefined;
}

/** Any server that takes a POST per alert. */
export function webhookTarget(name: string, settings: WebhookSettings): AlertTarget {
  const { url, headers, contentType, template } = settings;
  const isJson = isJsonType(contentType);
  return {
    name,
    send: (alert, signal) => {
      const body = template === undefined ? jsonText(alert) : fillTemplate(template, alert, isJson);
      return httpPost(url, { ...headers, 'content-type': contentType }, body, signal);
    },
    close: async () => undefined,
  };
}

/** Whether a body of this type is JSON: `application/json`, `application/…+json`. */
export function isJsonType(contentType: string): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
}

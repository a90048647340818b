import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statedPlace } from './stated-place.ts';

test('a stored place becomes a place and key of the policy', () => {
  const told: Readonly<Record<string, string>> = {
    name: 'span-name span-name', 'status.message': 'status-message status-message', trace_state: 'trace-state trace-state',
    'attributes.user.email': 'span user.email', 'attributes.name': 'span name', 'attributes.events.0.x': 'span events.0.x', 'attributes.': 'span ',
    'events.0.exception.message': 'event exception.message', 'events.12.name': 'event-name event-name', 'events.3.7.x': 'event 7.x',
    'links.0.peer': 'link peer', 'links.4.trace_state': 'trace-state trace-state', 'links.4.name': 'link name',
    'resource.host.ip': 'resource host.ip', 'resource.schema_url': 'schema-url schema-url',
    'scope.name': 'scope-name scope-name', 'scope.version': 'scope-version scope-version', 'scope.schema_url': 'schema-url schema-url', 'scope.owner': 'scope owner',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(told).map((text) => [text, `${statedPlace(text).place} ${statedPlace(text).key}`])), told);
});

test('what was found in a key is told from what was found in its value', () => {
  assert.deepEqual(statedPlace('attributes.of [email] (key)'), { place: 'span', key: 'of [email]', inKey: true });
  assert.deepEqual(statedPlace('events.1.name (key)'), { place: 'event', key: 'name', inKey: true });
  assert.deepEqual(statedPlace('resource.[card] (key)'), { place: 'resource', key: '[card]', inKey: true });
});

test('a text of no known form is a key, not an error', () => {
  for (const text of ['', 'x', 'constructor', 'events.x.y', 'events.0', 'links.', '__proto__']) assert.equal(statedPlace(text).place, 'span', text);
});
